// Draw each <figure class="chart"> from the Vega-Lite specification that stands inside it.
import embed from "vega-embed";
import { expressionInterpreter } from "vega-interpreter";

const styles = getComputedStyle(document.documentElement);
const colour = (name: string) => styles.getPropertyValue(name).trim();

const config = {
  font: colour("--font"),
  background: "transparent",
  view: { stroke: null },
  padding: 2,
  axis: {
    labelColor: colour("--ink-2"),
    titleColor: colour("--ink-2"),
    titleFontWeight: 500,
    titlePadding: 10,
    labelFontSize: 12,
    labelPadding: 6,
    titleFontSize: 12,
    gridColor: colour("--line"),
    domainColor: colour("--line-2"),
    tickColor: colour("--line-2"),
    labelLimit: 240,
  },
  axisY: { domain: false, ticks: false },
  axisX: { grid: false },
  bar: { color: colour("--brand") },
  area: { color: colour("--brand") },
  line: { color: colour("--brand"), strokeWidth: 2.25 },
  point: { color: colour("--brand"), filled: true },
  rule: { color: colour("--ink-2") },
  text: { color: colour("--ink-2"), fontSize: 12 },
};

for (const figure of document.querySelectorAll<HTMLElement>("figure.chart")) {
  const specification = JSON.parse(figure.querySelector("script")!.textContent!);
  const canvas = figure.querySelector<HTMLElement>(".chart-canvas")!;
  // The interpreter keeps the page free of eval, which our content policy forbids.
  await embed(canvas, specification, {
    config,
    actions: false,
    ast: true,
    expr: expressionInterpreter,
    renderer: "svg",
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    formatLocale: JSON.parse(figure.dataset.numbers!),
    timeFormatLocale: JSON.parse(figure.dataset.times!),
  } as never);
  figure.dataset.drawn = "true";
}
