"""The command ``package-lambda``: the zip of the function that the Terraform module runs."""

from __future__ import annotations

from pathlib import Path

import click

from bootstrap.cli.command import Command
from bootstrap.cli.output import Output

FORMAT_VERSION = 1


@click.command(
    "package-lambda", cls=Command, examples=["db-bootstrap package-lambda --arch arm64 --out build/db-bootstrap.zip"]
)
@click.option(
    "--arch", type=click.Choice(["x86_64", "arm64"]), help="Architecture of the function. Default: this machine's."
)
@click.option(
    "--out", default="db-bootstrap.zip", show_default=True, metavar="FILE", type=click.Path(path_type=Path),
    help="The zip; the manifest is written beside it with the suffix .json.",
)  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
def package_lambda(arch: str | None, out: Path, form: str) -> int:
    """Build the Lambda zip for the Terraform module's lambda_zip, with its manifest.

    It contains this db-bootstrap and its drivers in the versions installed here, for the Python version that runs this
    command. The same versions give the same bytes. pip downloads the drivers' wheels for Lambda.
    """
    from bootstrap.lambda_zip.build import build  # noqa: PLC0415  # heavy: only when a command runs
    from bootstrap.lambda_zip.runtime import this_architecture  # noqa: PLC0415  # as above

    if out.suffix != ".zip" or out.is_dir():
        raise click.UsageError(f"--out {out}: name a file that ends in .zip")
    output = Output(form)
    architecture = arch or this_architecture()
    output.progress(f"downloading the drivers for {architecture}")
    manifest = build(out, architecture)
    size = out.stat().st_size
    text = (
        f"{out}: {size / 1e6:.1f} MB for {manifest['runtime']} {architecture}, sha256 {manifest['sha256'][:12]}…\n"
        f"{out.with_suffix('.json')}: its manifest; keep both in one folder"
    )
    output.report(text, {"format_version": FORMAT_VERSION, "file": str(out), "bytes": size, **manifest})
    return 0
