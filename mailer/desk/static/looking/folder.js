// The page over a folder of messages: shows the one that is chosen.
import { $, attend, chosen, load, showFaults, showView } from "./parts.js";

const { show } = document.body.dataset;

function repaint() {
  const scheme = chosen("scheme");
  load("shown", `/mail?${new URLSearchParams({ show, scheme })}`, scheme === "dark");
}

async function begin() {
  const { view, faults } = await (await fetch(`/scene?${new URLSearchParams({ show })}`)).json();
  showFaults(faults);
  if (!view) return;
  showView(view, view.date);
  document.title = `${view.subject} · ${show}`;
  repaint();
}

const narrow = matchMedia("(max-width: 48rem)");
const fold = () => { $("shelf").open = !narrow.matches; };
narrow.addEventListener("change", fold);
fold();
attend(repaint);
if (show) begin();
