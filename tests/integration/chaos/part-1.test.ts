import { livesThrough } from './slice.ts';

livesThrough(1);
