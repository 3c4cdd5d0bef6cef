/** Draws the curves over data that the page already holds as tables. Without this script nothing is lost but the curves. */
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const charts = [];

function options(x, y, extra = {}) {
  const grid = { color: css("--rule") };
  const ticks = { color: css("--muted") };
  const axis = (title, more) => ({
    grid,
    ticks: { ...ticks, ...more?.ticks },
    title: { display: true, text: title, color: css("--muted") },
    ...more,
    ...(more?.ticks ? { ticks: { ...ticks, ...more.ticks } } : {}),
  });
  return {
    animation: false,
    parsing: false,
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: "nearest", intersect: false },
    scales: { x: axis(x.title, x.more), y: axis(y.title, y.more) },
    plugins: {
      legend: { position: "bottom", labels: { color: css("--ink"), usePointStyle: true, boxHeight: 7 } },
    },
    ...extra,
  };
}

function ecdf(canvas) {
  const { base, candidate, title } = JSON.parse(canvas.dataset.ecdf);
  const line = (label, data, color, borderDash) => ({
    label,
    data,
    borderColor: color,
    backgroundColor: color,
    borderDash,
    borderWidth: 2,
    pointRadius: 0,
    pointStyle: "line",
    stepped: "before",
  });
  return new Chart(canvas, {
    type: "line",
    data: {
      datasets: [
        line("baseline", base, css("--muted"), [5, 4]),
        line("candidate", candidate, css("--pass"), []),
      ],
    },
    options: options(
      { title: `${title}, ms`, more: { type: "linear", beginAtZero: true } },
      {
        title: "share of requests",
        more: { type: "linear", min: 0, max: 1, ticks: { callback: (v) => `${Math.round(v * 100)} %` } },
      },
    ),
  });
}

const STYLES = ["circle", "rectRot", "triangle", "rect", "star", "crossRot"];

function history(canvas) {
  const series = JSON.parse(canvas.dataset.history).filter(({ points }) => points.some(({ ratio }) => ratio));
  const colors = ["--pass", "--fail", "--unsure", "--ink", "--muted"].map(css);
  const datasets = series.map(({ name, points }, i) => ({
    label: name,
    data: points.map(({ at, ratio }) => ({ x: at, y: ratio ? ratio.estimate : NaN })),
    borderColor: colors[i % colors.length],
    backgroundColor: colors[i % colors.length],
    pointStyle: STYLES[i % STYLES.length],
    pointRadius: 5,
    borderWidth: 2,
    showLine: points.length >= 5,
    segment: {
      borderColor: ({ p0DataIndex, p1DataIndex }) =>
        points[p0DataIndex].versions === points[p1DataIndex].versions ? undefined : "transparent",
    },
    links: points.map(({ id }) => id),
  }));
  const times = series.flatMap(({ points }) => points.map(({ at }) => at));
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const room = Math.max((to - from) * 0.05, 3_600_000);
  return new Chart(canvas, {
    type: "line",
    data: { datasets },
    options: options(
      {
        title: "",
        more: {
          type: "linear",
          min: from - room,
          max: to + room,
          ticks: { maxTicksLimit: 6, callback: (v) => new Date(v).toISOString().slice(0, 10) },
        },
      },
      {
        title: "tokens/s vs base",
        more: {
          type: "logarithmic",
          suggestedMin: 0.7,
          suggestedMax: 2,
          afterBuildTicks: (
            scale,
          ) => (scale.ticks = [0.25, 0.5, 0.7, 1, 1.4, 2, 4, 8].map((value) => ({ value }))),
          ticks: { callback: (v) => `${v}x` },
        },
      },
      {
        onClick: (_event, [hit]) =>
          hit && location.assign(`trial/${datasets[hit.datasetIndex].links[hit.index]}`),
        plugins: {
          legend: { position: "bottom", labels: { color: css("--ink"), usePointStyle: true, boxHeight: 7 } },
          tooltip: {
            callbacks: {
              title: ([item]) => new Date(item.parsed.x).toISOString().slice(0, 16).replace("T", " "),
              label: (item) => `${item.dataset.label}: ${item.parsed.y.toFixed(2)}x`,
            },
          },
        },
      },
    ),
  });
}

function draw() {
  for (const chart of charts.splice(0)) chart.destroy();
  for (const canvas of document.querySelectorAll("canvas[data-ecdf]")) charts.push(ecdf(canvas));
  for (const canvas of document.querySelectorAll("canvas[data-history]")) charts.push(history(canvas));
}

document.documentElement.classList.add("js");
if (globalThis.Chart) {
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  });
}
