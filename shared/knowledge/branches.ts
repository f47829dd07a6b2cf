import type { Branch } from './branch.ts';

/** Branches of the demonstration bank: an invented city, no real place. */
const weekdays = { from: '09:00', to: '17:00' };
const saturdays = { from: '09:30', to: '16:00' };

export const demoBranches: readonly Branch[] = [
  {
    id: 'donghu', name: { zh: '东湖支行', en: 'Donghu branch' }, district: { zh: '东湖区', en: 'Donghu' }, landmarks: [{ zh: '东湖地铁站', en: 'Donghu metro station' }],
    address: { zh: '东湖区望湖路 18 号', en: '18 Wanghu Road, Donghu' }, phone: '0000-8801', workday: weekdays, restDay: saturdays, doesReset: true, checkedOn: '2026-02-10',
  },
  {
    id: 'donghu-market', name: { zh: '东湖市场小微支行', en: 'Donghu Market sub-branch' }, district: { zh: '东湖区', en: 'Donghu' }, landmarks: [{ zh: '农贸市场', en: 'farmers\' market' }],
    address: { zh: '东湖区集贤街 6 号', en: '6 Jixian Street, Donghu' }, phone: '0000-8802', workday: weekdays, restDay: null, doesReset: false, checkedOn: '2026-02-10',
  },
  {
    id: 'beishan', name: { zh: '北山支行', en: 'Beishan branch' }, district: { zh: '北山区', en: 'Beishan' }, landmarks: [{ zh: '北山公园', en: 'Beishan Park' }, { zh: '第二医院', en: 'Second Hospital' }],
    address: { zh: '北山区松林路 102 号', en: '102 Songlin Road, Beishan' }, phone: '0000-8803', workday: weekdays, restDay: saturdays, doesReset: true, checkedOn: '2026-01-22',
  },
  {
    id: 'nangang', name: { zh: '南港支行', en: 'Nangang branch' }, district: { zh: '南港区', en: 'Nangang' }, landmarks: [{ zh: '客运码头', en: 'ferry terminal' }],
    address: { zh: '南港区海信大道 9 号', en: '9 Haixin Avenue, Nangang' }, phone: '0000-8804', workday: { from: '08:30', to: '16:30' }, restDay: null, doesReset: true, checkedOn: '2026-01-22',
  },
  {
    id: 'nangang-new', name: { zh: '南港新城支行', en: 'Nangang New Town branch' }, district: { zh: '南港区', en: 'Nangang' }, landmarks: [{ zh: '会展中心', en: 'exhibition centre' }],
    address: { zh: '南港区新城一路 33 号', en: '33 Xincheng First Road, Nangang' }, phone: '0000-8805', workday: weekdays, restDay: saturdays, doesReset: true, checkedOn: null,
  },
  {
    id: 'xiguan', name: { zh: '西关支行', en: 'Xiguan branch' }, district: { zh: '西关区', en: 'Xiguan' }, landmarks: [{ zh: '西关钟楼', en: 'Xiguan clock tower' }],
    address: { zh: '西关区钟楼街 51 号', en: '51 Zhonglou Street, Xiguan' }, phone: '0000-8806', workday: weekdays, restDay: saturdays, doesReset: true, checkedOn: '2026-02-03',
  },
  {
    id: 'centre', name: { zh: '营业部', en: 'Main office' }, district: { zh: '中心区', en: 'Centre' }, landmarks: [{ zh: '人民广场', en: 'People\'s Square' }, { zh: '火车站', en: 'railway station' }],
    address: { zh: '中心区广场路 1 号', en: '1 Guangchang Road, Centre' }, phone: '0000-8800', workday: { from: '08:30', to: '18:00' }, restDay: { from: '09:00', to: '17:00' }, doesReset: true, checkedOn: '2026-02-10',
  },
];
