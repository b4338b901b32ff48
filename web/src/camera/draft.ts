import * as drafting from '../drafting/draft';
import { SHAPE, type CameraFile, type PartKey } from './file';

export type Kept = drafting.Kept<CameraFile>;
export type Draft = drafting.Draft<CameraFile>;
export type Act = drafting.Act<CameraFile, PartKey>;

export const begin = (base: Kept): Draft => drafting.begin(base);
export const isChanged = (draft: Draft): boolean => drafting.isChanged(SHAPE, draft);
export const stepped = (draft: Draft, act: Act): Draft => drafting.stepped(SHAPE, draft, act);
