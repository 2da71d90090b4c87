import { h } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
/** Points that are kept: five minutes, one a second. */
const POINTS = 300;
/** A chart is at least so wide: with less it begins at the right. */
const LEAST = 60;

/** A measure over time, drawn as it comes. */
export class Chart {
  readonly element: HTMLElement;
  readonly #format: (value: number) => string;
  readonly #svg = document.createElementNS(SVG, "svg");
  readonly #line = document.createElementNS(SVG, "path");
  readonly #area = document.createElementNS(SVG, "path");
  readonly #value = h("b");
  readonly #top = h("span");
  #values: number[] = [];

  constructor(title: string, color: string, format: (value: number) => string) {
    this.#format = format;
    const svg = this.#svg;
    svg.setAttribute("class", "chart");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true"); // the figures beside it say what it draws
    svg.style.setProperty("--stroke", `var(--${color})`);
    this.#area.setAttribute("class", "area");
    svg.append(this.#area, this.#line);
    const caption = h("figcaption", {}, h("span", {}, title, " ", this.#value), this.#top);
    this.element = h("figure", {}, caption, svg);
  }

  /** Begins with these values, oldest first. */
  start(values: readonly number[]): void {
    this.#values = values.slice(-POINTS);
    this.#draw();
  }
  push(value: number): void {
    this.#values.push(value);
    if (this.#values.length > POINTS) this.#values.shift();
    this.#draw();
  }

  #draw(): void {
    const values = this.#values;
    const top = Math.max(...values, 1e-9);
    const width = Math.max(values.length, LEAST);
    const from = width - values.length;
    this.#svg.setAttribute("viewBox", `0 0 ${width - 1} 100`);
    const points = values.map((value, index) => `${from + index} ${(98 - (96 * value) / top).toFixed(1)}`);
    const line = points.length === 0 ? "" : `M${points.join("L")}`;
    this.#line.setAttribute("d", line);
    this.#area.setAttribute("d", line === "" ? "" : `${line}L${width - 1} 100L${from} 100Z`);
    this.#value.textContent = values.length === 0 ? "–" : this.#format(values[values.length - 1] ?? 0);
    this.#top.textContent = values.length === 0 ? "" : `max ${this.#format(top < 1e-6 ? 0 : top)}`;
  }
}
