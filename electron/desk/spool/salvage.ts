import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readSalvage, SALVAGE_FORMAT, type SalvageFile, type SpoolSession } from '#shared/protocol/spool.ts';
import { refuse, type Refusal } from '#shared/protocol/refusal.ts';
import { storeTroubleOf } from '../store/store-refusal.ts';
import { writeWhole } from '../store/write-whole.ts';
import { deliverRows, type Delivery } from './deliver.ts';
import { plainServer, type Spool } from './spool.ts';
import type { PostSpool } from './spool-over-http.ts';

/** Where a file can be found again by a person: their downloads, or the folder of the profiles. */
const folderOf = (root: string): string => {
  const downloads = join(homedir(), 'Downloads');
  return existsSync(downloads) ? downloads : root;
};

const fileName = (workstation: string, at: string): string =>
  `aidline-salvage-${workstation.replaceAll(/[^\p{L}\p{N}-]+/gu, '-').slice(0, 40) || 'workstation'}-${at.slice(0, 19).replaceAll(/[-:]/g, '')}.json`;

/**
 * Writes all that this workstation keeps unsent for a server into one file (SY10), sealed as it is: for a machine whose
 * person does not come back, or that does not reach its server any more. The spool keeps everything.
 *
 * @param to folder to write it to; null for the person's downloads
 * @param now by this machine's clock
 */
export function exportSpool(spool: Spool, where: { root: string; server: string; workstation: string; to: string | null }, now: string): { file: string; rows: number } | { refusal: Refusal } {
  const server = plainServer(where.server);
  const all = spool.everything(server);
  if (all.length === 0) return refuse('salvage-empty');
  const sessions = new Map<string, SpoolSession>(all.map(({ row, session }) => [row.session, session]));
  const content: SalvageFile = { format: SALVAGE_FORMAT, server, madeAt: now, sessions: [...sessions.values()], rows: all.map(({ row }) => row) };
  const folder = where.to ?? folderOf(where.root);
  try {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, fileName(where.workstation, now));
    writeWhole(file, `${JSON.stringify(content)}\n`);
    return { file, rows: all.length };
  } catch (error) {
    if (storeTroubleOf(error) === null) throw error;
    return refuse('salvage-folder');
  }
}

/**
 * Hands the rows of such a file to the server they are for; nobody need be signed in. The file is not touched, and bringing
 * it again does no harm.
 *
 * @param text the file's content
 */
export async function importSpool(text: string, server: string, post: PostSpool): Promise<Delivery | { refusal: Refusal }> {
  const content = readSalvage(text);
  if (content === null) return refuse('salvage-unreadable');
  if (content.server !== plainServer(server) && !sameCentre(content.server, server)) return refuse('salvage-other-server');
  const delivery = await deliverRows(content.rows, server, post, () => undefined);
  // Not so much as the form of a row: told with those that the server could not read.
  return { ...delivery, unreadable: delivery.unreadable + content.damaged };
}

/** One centre may be reached under several ports of this machine in a demonstration; rows open only where their key is. */
const sameCentre = (a: string, b: string): boolean => URL.canParse(a) && new URL(a).hostname === new URL(b).hostname;
