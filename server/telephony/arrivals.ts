import { z } from 'zod';

/** Relative call volume through the day and week: only its shape is used, its height comes from the seats. */
export interface ArrivalCurve {
  /**
   * Volume of the five-minute slot, relative to the mean slot (1 = as busy as the mean).
   *
   * @param weekday 0 = Sunday … 6 = Saturday
   * @param slot five-minute slot of the local day, 0 … 287
   */
  relative(weekday: number, slot: number): number;
}

interface ArrivalsFileError {
  code: 'arrivals-file-bad';
  line: number;
  zh: string;
  en: string;
}
export type ArrivalsFileResult = { ok: true; curve: ArrivalCurve } | { ok: false; error: ArrivalsFileError };

export const slotsPerDay = 288;

/** Relative volume by hour where no file is given: a card centre's day, two humps and a quiet night. */
const builtInHours = [
  0.25, 0.18, 0.14, 0.12, 0.12, 0.16, 0.3, 0.55, 1.1, 1.75, 2.05, 1.85,
  1.35, 1.4, 1.75, 1.85, 1.75, 1.5, 1.3, 1.25, 1.15, 0.95, 0.65, 0.4,
];

export const builtInCurve: ArrivalCurve = {
  relative(weekday, slot) {
    const weekend = weekday === 0 || weekday === 6 ? 0.7 : 1;
    return weekend * builtInHours[Math.floor(slot / 12)]!;
  },
};

const rowSchema = z.object({
  at: z.string().regex(/^\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d(:\d{2})?$/),
  calls: z.string().regex(/^\d{1,7}$/),
});

/**
 * Reads call volumes of five-minute slots: the header `DateTime,Calls`, then a local time and a whole number a line.
 * A slot's volume is the mean over the days of that weekday in the file; a weekday that the file lacks takes the mean
 * of all its days, an hour that it lacks the built-in curve.
 *
 * @param text the file's text
 */
export function arrivalsFromCsv(text: string): ArrivalsFileResult {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if ((lines[0] ?? '').trim() !== 'DateTime,Calls') {
    return bad(1, '第一行应为“DateTime,Calls”', 'the first line must be "DateTime,Calls"');
  }
  const sums = new Map<number, { calls: number; days: number }>();
  let rows = 0;
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    const cells = line.split(',');
    const row = rowSchema.safeParse({ at: cells[0]?.trim(), calls: cells[1]?.trim() });
    if (!row.success || cells.length !== 2) {
      return bad(index + 1, '应为“2003-03-03T07:00,111”这样的时间和整数', 'expected a time and a whole number, like "2003-03-03T07:00,111"');
    }
    const day = new Date(`${row.data.at.slice(0, 10)}T00:00:00Z`);
    if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== row.data.at.slice(0, 10)) {
      return bad(index + 1, '没有这一天', 'there is no such day');
    }
    const minute = Number(row.data.at.slice(11, 13)) * 60 + Number(row.data.at.slice(14, 16));
    if (minute % 5 !== 0) return bad(index + 1, '时间应落在整五分钟上', 'the time must fall on a five-minute slot');
    const slot = minute / 5;
    for (const key of [keyOf(day.getUTCDay(), slot), keyOf(7, slot)]) {
      const sum = sums.get(key) ?? { calls: 0, days: 0 };
      sums.set(key, { calls: sum.calls + Number(row.data.calls), days: sum.days + 1 });
    }
    rows += 1;
  }
  if (rows === 0) return bad(2, '文件里没有数据行', 'the file has no rows');
  const slots = [...Array(slotsPerDay).keys()].filter((slot) => sums.has(keyOf(7, slot)));
  const mean = slots.reduce((sum, slot) => sum + meanOf(sums, 7, slot)!, 0) / slots.length;
  if (mean === 0) return bad(2, '所有时段的电话量都是零', 'every slot has zero calls');
  return {
    ok: true,
    curve: {
      relative(weekday, slot) {
        const calls = meanOf(sums, weekday, slot) ?? meanOf(sums, 7, slot);
        return calls === undefined ? builtInCurve.relative(weekday, slot) : calls / mean;
      },
    },
  };
}

export interface ArrivalRatePolicy {
  /** Calls that one seat takes in an hour of mean business; 10 is about six minutes a call with its wrap-up. */
  callsPerSeatHour: number;
  /** The night is never quite silent: the least relative volume. */
  floor: number;
}
export const defaultArrivalRate: ArrivalRatePolicy = { callsPerSeatHour: 10, floor: 0.2 };

/** Arrivals per millisecond at that local moment with that many seats signed in. */
export function arrivalRate(
  curve: ArrivalCurve,
  seats: number,
  weekday: number,
  slot: number,
  policy: ArrivalRatePolicy = defaultArrivalRate,
): number {
  return (seats * policy.callsPerSeatHour * Math.max(policy.floor, curve.relative(weekday, slot))) / 3_600_000;
}

/** Weekday, slot and what is left of the slot at an instant, in a zone with this fixed offset. */
export function slotAt(now: string, zoneOffsetMinutes: number): { weekday: number; slot: number; leftMs: number } {
  const local = new Date(Date.parse(now) + zoneOffsetMinutes * 60_000);
  const inDay = local.getTime() - Date.parse(`${local.toISOString().slice(0, 10)}T00:00:00Z`);
  const slot = Math.floor(inDay / 300_000);
  return { weekday: local.getUTCDay(), slot, leftMs: (slot + 1) * 300_000 - inDay };
}

const keyOf = (weekday: number, slot: number): number => weekday * slotsPerDay + slot;

function meanOf(sums: ReadonlyMap<number, { calls: number; days: number }>, weekday: number, slot: number): number | undefined {
  const sum = sums.get(keyOf(weekday, slot));
  return sum && sum.calls / sum.days;
}

function bad(line: number, zh: string, en: string): ArrivalsFileResult {
  return {
    ok: false,
    error: {
      code: 'arrivals-file-bad', line,
      zh: `来电量文件第 ${line} 行有误：${zh}。请改正后重新启动，或去掉 --arrivals 用内置曲线。`,
      en: `Arrivals file, line ${line}: ${en}. Correct it and start again, or leave out --arrivals to use the built-in curve.`,
    },
  };
}
