// What tests ask a page in Chromium. Each function is sent there by itself: it may use nothing but its arguments and what
// the page has.
/* global document, echarts, window */

/** Resolves when what was asked to be drawn is on the screen. */
export function isDrawn() {
  return new Promise((resolve) => {
    window.requestAnimationFrame(() => window.requestAnimationFrame(() => resolve(null)));
  });
}

/** The rectangle inside the axes. */
export function plotOf(box) {
  const { x, y, width, height } = echarts
    .getInstanceByDom(box)
    .getModel()
    .getComponent("grid")
    .coordinateSystem.getRect();
  return { x, y, width, height };
}

/** Every text of a chart and where it stands, in pixels from the box's corner. */
export function textsOf(box) {
  const shown = echarts.getInstanceByDom(box).getZr().storage.getDisplayList(true);
  return shown
    .filter((element) => element.type === "tspan" && element.style.text !== "" && !element.invisible)
    .map((element) => {
      const { x, y, width, height } = element.getBoundingRect().clone();
      const [, , , , left, top] = element.getComputedTransform() ?? [1, 0, 0, 1, 0, 0];
      return { text: element.style.text, x: x + left, y: y + top, width, height };
    });
}

/** How many pixels inside the axes have exactly each of these colours, "#rrggbb". */
export function pixelsOf(box, colours) {
  const instance = echarts.getInstanceByDom(box);
  instance.getZr().flush();
  const { x, y, width, height } = instance.getModel().getComponent("grid").coordinateSystem.getRect();
  const canvas = box.querySelector("canvas");
  const scale = canvas.width / box.clientWidth;
  const copy = Object.assign(document.createElement("canvas"), {
    width: canvas.width,
    height: canvas.height,
  });
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(x * scale, y * scale, width * scale, height * scale);
  const counts = Object.fromEntries(colours.map((colour) => [colour, 0]));
  for (let at = 0; at < data.length; at += 4) {
    const rgb = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    const colour = `#${rgb.toString(16).padStart(6, "0")}`;
    if (colour in counts) counts[colour] += 1;
  }
  return counts;
}

/** Where a value is drawn, in pixels from the box's corner. */
export function placeOf(box, point) {
  const [x, y] = echarts.getInstanceByDom(box).convertToPixel({ gridIndex: 0 }, point);
  return { x, y };
}

/** What has the focus, or null where nothing has. */
export function focused() {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const outline = window.getComputedStyle(element).outlineStyle;
  return { role: element.getAttribute("role") ?? element.tagName.toLowerCase(), outline };
}

/** Elements wider than what they stand in. */
export function overflowing(elements) {
  return elements
    .filter(
      (element) =>
        element.getBoundingClientRect().right > element.parentElement.getBoundingClientRect().right + 1,
    )
    .map((element) => element.textContent.slice(0, 40));
}
