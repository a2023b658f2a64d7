"""SQL as text: tokens, and scripts cut into statements. Knows no engine's session and no declaration."""
