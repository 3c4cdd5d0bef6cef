/** Draws the curves over data that the page already holds as tables. Without this script nothing is lost but the curves. */
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const charts = [];

const axis = (text, { ticks, ...more }) => ({
  grid: { color: css("--rule") },
  ticks: { color: css("--muted"), maxRotation: 0, ...ticks },
  title: { display: text !== "", text, color: css("--muted") },
  ...more,
});

const options = ({ x, y, plugins, ...more }) => ({
  animation: false,
  parsing: false,
  responsive: true,
  maintainAspectRatio: false,
  interaction: { mode: "nearest", intersect: false },
  scales: { x, y },
  plugins: {
    legend: { position: "bottom", labels: { color: css("--ink"), usePointStyle: true, boxHeight: 7 } },
    ...plugins,
  },
  ...more,
});

function ecdf(canvas) {
  const { base, candidate, title } = JSON.parse(canvas.dataset.ecdf);
  const line = (label, data, color, borderDash) => ({
    label,
    data: data.map(([x, y]) => ({ x, y })),
    borderColor: color,
    borderDash,
    borderWidth: 2,
    pointRadius: 0,
    pointStyle: "line",
    stepped: "before",
  });
  const share = { min: 0, max: 1, ticks: { callback: (v) => `${Math.round(v * 100)} %` } };
  return new Chart(canvas, {
    type: "line",
    data: {
      datasets: [
        line("baseline", base, css("--muted"), [5, 4]),
        line("candidate", candidate, css("--pass"), []),
      ],
    },
    options: options({
      x: axis(`${title}, ms`, { type: "linear", beginAtZero: true }),
      y: axis("share of requests", { type: "linear", ...share }),
    }),
  });
}

/** Told apart by shape as well; each at least 3:1 on light and on dark paper. */
const COLORS = ["#0072b2", "#008f68", "#c0629a", "#8a7a1a", "#8b6fd0"];
const SHAPES = ["circle", "rectRot", "triangle", "rect"];
const RATIOS = [0.1, 0.25, 0.5, 0.7, 1, 1.4, 2, 4, 8, 16];

/** Draws each point's interval as a bar through it. */
const intervals = {
  id: "intervals",
  beforeDatasetsDraw({ ctx, data, scales: { x, y } }) {
    ctx.save();
    ctx.lineWidth = 2;
    for (const { data: points, borderColor } of data.datasets) {
      ctx.strokeStyle = borderColor;
      for (const point of points) {
        if (point.low === undefined) continue;
        ctx.beginPath();
        ctx.moveTo(x.getPixelForValue(point.x), y.getPixelForValue(point.low));
        ctx.lineTo(x.getPixelForValue(point.x), y.getPixelForValue(point.high));
        ctx.stroke();
      }
    }
    ctx.restore();
  },
};

/** Draws the noise floor as a band about 1x, and each change point as a dashed line with its row and commit. */
const marked = (noise, series) => ({
  id: "marked",
  beforeDatasetsDraw({ ctx, chartArea: { left, right, top, bottom }, scales: { x, y } }) {
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, right - left, bottom - top);
    ctx.clip();
    if (noise > 0) {
      const [high, low] = [1 + noise, 1 / (1 + noise)].map((ratio) => y.getPixelForValue(ratio));
      ctx.globalAlpha = 0.18;
      ctx.fillStyle = css("--muted");
      ctx.fillRect(left, high, right - left, low - high);
      ctx.globalAlpha = 1;
    }
    ctx.setLineDash([5, 4]);
    ctx.font = "12px sans-serif";
    const all = series.flatMap(({ name, changes }, i) => changes.map((change) => ({ ...change, name, i })));
    for (const [row, { at, commit, name, i }] of all.entries()) {
      const place = x.getPixelForValue(at);
      ctx.strokeStyle = ctx.fillStyle = COLORS[i % COLORS.length];
      ctx.beginPath();
      ctx.moveTo(place, top);
      ctx.lineTo(place, bottom);
      ctx.stroke();
      ctx.textAlign = place > (left + right) / 2 ? "right" : "left";
      ctx.fillStyle = css("--ink");
      const aside = ctx.textAlign === "right" ? -5 : 5;
      ctx.fillText(`${name.slice(0, 24)} ${commit ?? ""}`, place + aside, bottom - 6 - 14 * (row % 4));
    }
    ctx.restore();
  },
});

const when = (at) => new Date(at).toISOString().slice(0, 16).replace("T", " ");

function history(canvas) {
  const series = JSON.parse(canvas.dataset.history);
  const every = series.flatMap(({ name, points }) => points.map((point) => ({ ...point, name })));
  const ratios = every.flatMap(({ ratio }) => ratio ? [ratio.low, ratio.high] : []);
  const [min, max] = [Math.min(0.7, ...ratios) / 1.1, Math.max(1.6, ...ratios) * 1.25];
  const timed = series.filter(({ points }) => points.some(({ ratio }) => ratio));
  const lines = timed.map(({ name, points }, i) => ({
    label: name,
    data: points.map(({ at, id, ratio }) => ({ x: at, y: ratio?.estimate ?? NaN, id, ...ratio })),
    borderColor: COLORS[i % COLORS.length],
    // Once all shapes are used they come hollow: colour alone tells no two series apart.
    backgroundColor: Math.floor(i / SHAPES.length) % 2 === 0 ? COLORS[i % COLORS.length] : css("--paper"),
    pointStyle: SHAPES[i % SHAPES.length],
    pointRadius: 5,
    borderWidth: 2,
    showLine: points.length >= 5,
    segment: {
      borderColor: ({ p0DataIndex: a, p1DataIndex: b }) =>
        points[a].versions === points[b].versions ? undefined : "transparent",
    },
  }));
  const speedless = every.filter(({ verdict }) => verdict !== "PASS");
  const held = ({ verdict }) => verdict === "HELD";
  const marks = {
    label: "no speed",
    data: speedless.map(({ at, id, name, verdict }) => ({ x: at, y: max / 1.08, id, name, verdict })),
    pointBorderColor: speedless.map((point) => css(held(point) ? "--pass" : "--fail")),
    pointStyle: speedless.map((point) => held(point) ? "circle" : "crossRot"),
    pointRadius: 6,
    borderWidth: 2.4,
    showLine: false,
  };
  const times = every.map(({ at }) => at);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const room = Math.max((to - from) * 0.05, 3_600_000);
  const short = to - from < 2 * 86_400_000;
  return new Chart(canvas, {
    type: "line",
    data: { datasets: [...lines, ...(speedless.length > 0 ? [marks] : [])] },
    plugins: [marked(Number(canvas.dataset.noise ?? 0), timed), intervals],
    options: options({
      x: axis(short ? "UTC" : "", {
        type: "linear",
        min: from - room,
        max: to + room,
        afterBuildTicks: (scale) => {
          const step = (scale.max - scale.min) / 4;
          scale.ticks = [0, 1, 2, 3, 4].map((i) => ({ value: scale.min + i * step }));
        },
        ticks: { callback: (v) => short ? when(v).slice(5) : when(v).slice(0, 10) },
      }),
      y: axis("tokens/s vs base", {
        type: "logarithmic",
        min,
        max,
        afterBuildTicks: (scale) => {
          scale.ticks = RATIOS.filter((value) => value > min && value < max).map((value) => ({ value }));
        },
        ticks: { callback: (v) => `${v}x` },
      }),
      onClick: (_event, [hit], { data }) =>
        hit &&
        location.assign(
          `${canvas.dataset.root}trial/${data.datasets[hit.datasetIndex].data[hit.index].id}.html`,
        ),
      plugins: {
        tooltip: {
          callbacks: {
            title: ([{ raw }]) => when(raw.x),
            label: ({ raw, dataset }) =>
              raw.verdict
                ? `${raw.name}: ${raw.verdict}`
                : `${dataset.label}: ${raw.y.toFixed(2)}x [${raw.low.toFixed(2)}, ${raw.high.toFixed(2)}]`,
          },
        },
      },
    }),
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
