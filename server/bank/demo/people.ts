/**
 * Fictional people. Nobody real can be met here: given names are made of words for "sample" and the heavenly stems,
 * identity numbers have an area that does not exist and a wrong check digit, phones lie in 199-0000-xxxx, cards in
 * published test ranges.
 */

/** Repeatable numbers in [0, 1) from a seed (mulberry32): the same bank on every machine. */
export type Random = () => number;
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const between = (random: Random, low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
export function pick<T>(random: Random, from: readonly T[]): T {
  const one = from[Math.floor(random() * from.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

export const SURNAMES = [...'王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕'];
const GIVEN_FIRST = [...'样例试拟虚演测模'];
const GIVEN_SECOND = [...'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥'];
export const givenName = (random: Random): string => pick(random, GIVEN_FIRST) + pick(random, GIVEN_SECOND);

/** Districts of a city that does not exist. */
export const DISTRICTS = ['云桥区', '星湾区', '禾田区', '竹溪区', '望川区', '临港新区'] as const;

export const MERCHANTS = ['样例百货', '虚拟电器城', '示范家居', '演示数码', '模拟旅行社', '试验书店', '样板超市', '测试咖啡', '示例加油站', '拟真药房'] as const;

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = '10X98765432';

/** Eighteen digits that no authority can have given: area 990000, and a check digit that is wrong on purpose. */
export function identityNumber(birthDate: string, sequence: number): string {
  const head = `990000${birthDate.replaceAll('-', '')}${String(sequence % 1000).padStart(3, '0')}`;
  const sum = [...head].reduce((total, digit, index) => total + Number(digit) * (WEIGHTS[index] ?? 0), 0);
  const right = CHECKS[sum % 11];
  const wrong = String((sequence + 1) % 10);
  return head + (wrong === right ? String((sequence + 2) % 10) : wrong);
}

export const phoneNumber = (index: number): string => `1990000${String(index).padStart(4, '0')}`;

/** A card number of a test range, with a right Luhn digit. */
export function cardNumber(bin: '400000' | '620000' | '222300', body: number): string {
  const head = bin + String(body).padStart(9, '0');
  const sum = [...head].reverse().reduce((total, sign, index) => {
    const doubled = Number(sign) * (index % 2 === 0 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return head + String((10 - (sum % 10)) % 10);
}
