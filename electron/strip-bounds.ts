/** Width of the strip in pixels (SCREENS). */
export const STRIP_WIDTH = 420;

type Area = { x: number; y: number; width: number; height: number };

/**
 * Where the strip stands: the whole height at the right edge of the monitor's work area, never wider than it.
 * @param area work area of the monitor in pixels; `x` and `y` may be negative with several monitors
 */
export function stripBounds(area: Area): Area {
  const width = Math.min(STRIP_WIDTH, area.width);
  return { x: area.x + area.width - width, y: area.y, width, height: area.height };
}
