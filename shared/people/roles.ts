import { z } from 'zod';

export const Role = z.enum(['agent', 'mentor', 'lead', 'quality', 'risk', 'admin']);
export type Role = z.infer<typeof Role>;

export const roleNames: Record<Role, { zh: string; en: string }> = {
  agent: { zh: '坐席', en: 'Agent' },
  mentor: { zh: '专家老师', en: 'Mentor' },
  lead: { zh: '班组长', en: 'Team lead' },
  quality: { zh: '质检', en: 'Quality' },
  risk: { zh: '风险岗', en: 'Risk officer' },
  admin: { zh: '管理员', en: 'Administrator' },
};
