// Reads the curves at the pointer. Without it the page is complete.
for (const figure of document.querySelectorAll("figure.chart")) {
  const svg = figure.querySelector("svg");
  const [left, right, last] = figure.dataset.plot.split(" ").map(Number);
  const lines = JSON.parse(figure.dataset.lines);
  const pointer = document.createElementNS(svg.namespaceURI, "path");
  pointer.setAttribute("class", "pointer");
  const reading = Object.assign(document.createElement("output"), { className: "reading", hidden: true });
  svg.append(pointer);
  figure.append(reading);
  const short = (value) => Number(value.toPrecision(4)).toLocaleString("en");
  const nearest = (points, steps) =>
    points.reduce((best, point) => (Math.abs(point[0] - steps) < Math.abs(best[0] - steps) ? point : best));
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    const steps = ((Math.min(Math.max(x, left), right) - left) / (right - left)) * last;
    const told = lines.filter(([, points]) => points.length > 0).map(([name, points]) => [name, nearest(points, steps)]);
    if (told.length === 0) return;
    const at = left + (told[0][1][0] / last) * (right - left);
    pointer.setAttribute("d", `M${at} 8V148`);
    const values = told.map(([name, [, value]]) => (told.length > 1 ? `${name} ${short(value)}` : short(value)));
    reading.textContent = `${short(told[0][1][0] / 1e6)} M: ${values.join(", ")}`;
    reading.hidden = false;
  });
  svg.addEventListener("pointerleave", () => {
    reading.hidden = true;
    pointer.removeAttribute("d");
  });
}
