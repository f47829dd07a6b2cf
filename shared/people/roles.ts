import { z } from 'zod';

export const Role = z.enum(['agent', 'mentor', 'lead', 'admin']);
export type Role = z.infer<typeof Role>;

export const roleNames: Record<Role, { zh: string; en: string }> = {
  agent: { zh: '坐席', en: 'Agent' },
  mentor: { zh: '专家老师', en: 'Mentor' },
  lead: { zh: '班组长', en: 'Team lead' },
  admin: { zh: '管理员', en: 'Administrator' },
};
