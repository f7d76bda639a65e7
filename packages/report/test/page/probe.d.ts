export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function isDrawn(): Promise<null>;
export function plotOf(box: unknown): Rectangle;
export function textsOf(box: unknown): (Rectangle & { readonly text: string })[];
export function pixelsOf(box: unknown, colours: readonly string[]): Record<string, number>;
export function placeOf(box: unknown, point: readonly [x: number, y: number]): { x: number; y: number };
export function focused(): { readonly role: string; readonly outline: string } | null;
export function overflowing(elements: unknown): string[];
