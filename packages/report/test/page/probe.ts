/**
 * Questions of the tests to a page in Chromium. Each function is sent there by itself: it may use nothing but its
 * arguments and the globals of the page.
 */

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Parts of a chart that the library does not publish. */
interface Chart {
  getModel(): { getComponent(name: "grid"): { coordinateSystem: { getRect(): Rectangle } } };
  getZr(): { flush(): void; storage: { getDisplayList(update: boolean): Shape[] } };
  convertToPixel(finder: { gridIndex: number }, point: readonly [number, number]): [number, number];
}

interface Shape {
  readonly type: string;
  readonly style: { readonly text: string };
  readonly invisible: boolean;
  getBoundingRect(): { clone(): Rectangle };
  getComputedTransform(): readonly number[] | null;
}

declare const echarts: { getInstanceByDom(box: Element): Chart };

/** Resolves when the drawing is on the screen. */
export function isDrawn(): Promise<null> {
  return new Promise((resolve) => {
    window.requestAnimationFrame(() => window.requestAnimationFrame(() => resolve(null)));
  });
}

/** Returns the rectangle inside the axes. */
export function plotOf(box: Element): Rectangle {
  const { x, y, width, height } = echarts
    .getInstanceByDom(box)
    .getModel()
    .getComponent("grid")
    .coordinateSystem.getRect();
  return { x, y, width, height };
}

/** Returns every text of a chart and its place, in pixels from the box's corner. */
export function textsOf(box: Element): (Rectangle & { readonly text: string })[] {
  const shown = echarts.getInstanceByDom(box).getZr().storage.getDisplayList(true);
  return shown
    .filter(({ type, style, invisible }) => type === "tspan" && style.text !== "" && !invisible)
    .map((element) => {
      const { x, y, width, height } = element.getBoundingRect().clone();
      const [, , , , left = 0, top = 0] = element.getComputedTransform() ?? [];
      return { text: element.style.text, x: x + left, y: y + top, width, height };
    });
}

/** Counts the pixels inside the axes that have exactly each of these colours, "#rrggbb". */
export function pixelsOf(box: Element, colours: readonly string[]): Record<string, number> {
  const instance = echarts.getInstanceByDom(box);
  instance.getZr().flush();
  const { x, y, width, height } = instance.getModel().getComponent("grid").coordinateSystem.getRect();
  const canvas = box.querySelector("canvas") as HTMLCanvasElement;
  const scale = canvas.width / box.clientWidth;
  const copy = Object.assign(document.createElement("canvas"), {
    width: canvas.width,
    height: canvas.height,
  });
  const context = copy.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(x * scale, y * scale, width * scale, height * scale);
  const counts: Record<string, number> = Object.fromEntries(colours.map((colour) => [colour, 0]));
  for (let at = 0; at < data.length; at += 4) {
    const rgb = ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
    const colour = `#${rgb.toString(16).padStart(6, "0")}`;
    const count = counts[colour];
    if (count !== undefined) counts[colour] = count + 1;
  }
  return counts;
}

/** Returns the place where a value is drawn, in pixels from the box's corner. */
export function placeOf(box: Element, point: readonly [x: number, y: number]): { x: number; y: number } {
  const [x, y] = echarts.getInstanceByDom(box).convertToPixel({ gridIndex: 0 }, point);
  return { x, y };
}

/** Returns the element that has the focus; null where none has. */
export function focused(): { readonly role: string; readonly outline: string } | null {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const outline = window.getComputedStyle(element).outlineStyle;
  return { role: element.getAttribute("role") ?? element.tagName.toLowerCase(), outline };
}

/** Returns the beginning of each element that has more than its width shows. */
export function scrolling(elements: readonly Element[]): string[] {
  return elements
    .filter((element) => element.scrollWidth > element.clientWidth)
    .map((element) => (element.textContent ?? "").slice(0, 40));
}

/** Returns the beginning of each element that reaches beyond the window, or shows less than all of its text. */
export function cutOff(elements: readonly Element[]): string[] {
  return elements
    .filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      const isInside = left >= 0 && right <= document.documentElement.clientWidth;
      return !isInside || (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1);
    })
    .map((element) => (element.textContent ?? "").slice(0, 40));
}

/** Returns the beginning of each element that is wider than its parent. */
export function overflowing(elements: readonly Element[]): string[] {
  return elements
    .filter((element) => {
      const parent = element.parentElement ?? element;
      return element.getBoundingClientRect().right > parent.getBoundingClientRect().right + 1;
    })
    .map((element) => (element.textContent ?? "").slice(0, 40));
}

/** Removes the rows of each table beyond `kept` of a form: the same elements with the same attributes, whatever their text. */
export function removeRepeatedRows(kept: number): void {
  for (const body of document.querySelectorAll("tbody")) {
    const counts = new Map<string, number>();
    for (const row of [...body.rows]) {
      const form = row.outerHTML.replace(/>[^<]+</g, "><");
      const count = (counts.get(form) ?? 0) + 1;
      counts.set(form, count);
      if (count > kept) row.remove();
    }
  }
}
