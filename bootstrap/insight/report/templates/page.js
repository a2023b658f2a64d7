// A comfort only: without it everything is on the page all the same.
"use strict";
const place = document.getElementById("tools");
if (place) {
  const entries = [...document.querySelectorAll("details.entry")];
  const make = (name, properties) => Object.assign(document.createElement(name), properties);
  const label = make("label", { textContent: "Filter by name " });
  const input = make("input", { type: "search", autocomplete: "off" });
  const count = make("output", {});
  const filter = () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    for (const entry of entries) {
      entry.hidden = !entry.dataset.name.includes(wanted);
      shown += entry.hidden ? 0 : 1;
    }
    count.textContent = wanted ? `${shown} of ${entries.length} objects` : "";
  };
  const all = (open) => () => entries.filter((entry) => !entry.hidden).forEach((entry) => { entry.open = open; });
  const button = (text, action) => {
    const made = make("button", { type: "button", textContent: text });
    made.addEventListener("click", action);
    return made;
  };
  input.addEventListener("input", filter);
  window.addEventListener("hashchange", () => { input.value = ""; filter(); });
  label.append(input);
  place.className = "tools";
  place.append(label, button("Open all", all(true)), button("Close all", all(false)), count);
}
