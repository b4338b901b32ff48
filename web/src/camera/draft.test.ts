import { describe, expect, it } from 'vitest';

import { FILE, KERB, kept } from '../testing/camera';
import { addZone, changeZone, removeZone, withOverride } from '../zones/edits';
import { begin, isChanged, stepped, type Act, type Draft } from './draft';
import { differences, merge, type CameraFile } from './file';

const SIZE = [640, 360] as const;
const LANE = (file: CameraFile) => addZone(file, [[0, 0], [90, 0], [90, 90]], SIZE, 'fire_lane');

function after(...changes: ((file: CameraFile) => CameraFile)[]): Draft {
  return changes.reduce<Draft>((draft, change) => stepped(draft, { kind: 'edit', change }), begin(kept(3)));
}

describe('a draft', () => {
  it('undoes and redoes every step, and forgets the future after a new one', () => {
    const steps = [LANE, (file: CameraFile) => changeZone(file, 0, { id: 'curb' }), (file: CameraFile) => removeZone(file, 0)];
    const done = after(...steps);
    expect(done.file.zones.map(({ id }) => id)).toEqual(['zone-1']);
    const undone = steps.reduce((draft) => stepped(draft, { kind: 'undo' }), done);
    expect(undone.file).toBe(FILE);
    expect(isChanged(undone)).toBe(false);
    expect(stepped(undone, { kind: 'undo' })).toBe(undone);
    expect(steps.reduce((draft) => stepped(draft, { kind: 'redo' }), undone).file).toEqual(done.file);
    expect(stepped(undone, { kind: 'edit', change: LANE }).future).toEqual([]);
  });

  it('takes typing as one step', () => {
    const typed = ['c', 'cu', 'curb'].reduce<Draft>(
      (draft, id) => stepped(draft, { kind: 'edit', about: 'id 0', change: (file) => changeZone(file, 0, { id }) }),
      begin(kept(3)),
    );
    expect(typed.file.zones[0]?.id).toBe('curb');
    expect(stepped(typed, { kind: 'undo' }).file).toBe(FILE);
  });

  it('is not changed where the values are the same again', () => {
    expect(isChanged(after(LANE, (file) => removeZone(file, 1)))).toBe(false);
    expect(isChanged(after((file) => ({ ...file, calibration: undefined })))).toBe(false);
  });

  it('goes on from what somebody else has saved', () => {
    const theirs = kept(4, { ...FILE, watch: { mode: 'patrol', look_interval_s: 60 } }, 'li');
    const act: Act = { kind: 'rebase', onto: theirs };
    const rebased = stepped(after(LANE), act);
    expect(rebased.base).toBe(theirs);
    expect(rebased.file.watch.mode).toBe('patrol');
    expect(rebased.file.zones.map(({ id }) => id)).toEqual(['kerb', 'zone-1']);
  });
});

describe('two changes of one file', () => {
  const mine = withOverride(changeZone(LANE(FILE), 0, { purpose: 'road' }), 'illegal_parking', { dwell_s: 60 });
  const theirs = { ...changeZone(FILE, 0, { id: 'kerb', polygon_px: [[0, 0], [50, 0], [50, 50]] }), matters: ['illegal_parking'] };

  it('go together where they touch different parts', () => {
    const { clashes, file } = merge(FILE, LANE(FILE), theirs);
    expect(clashes).toEqual([]);
    expect(file().zones).toEqual([theirs.zones[0], LANE(FILE).zones[1]]);
    expect(file().matters).toEqual(['illegal_parking']);
  });

  it('clash in a part that both have changed, and the chosen side holds', () => {
    const { clashes, mine: own, theirs: other, file } = merge(FILE, mine, theirs);
    expect(clashes.map(({ part }) => part)).toEqual(['zone kerb']);
    expect(own.map(({ part }) => part)).toEqual(['zone zone-1', 'override illegal_parking']);
    expect(other.map(({ part }) => part)).toEqual(['matters']);
    expect(file(() => 'theirs').zones[0]).toEqual(theirs.zones[0]);
    expect(file(() => 'mine').zones[0]).toEqual(mine.zones[0]);
    expect(file(() => 'theirs').overrides).toEqual({ illegal_parking: { dwell_s: 60 } });
  });

  it('do not clash where both did the same, and a deletion counts as a change', () => {
    expect(merge(FILE, theirs, theirs).clashes).toEqual([]);
    const [clash] = merge(FILE, removeZone(FILE, 0), theirs).clashes;
    expect(clash).toEqual({ part: 'zone kerb', mine: undefined, theirs: theirs.zones[0] });
    expect(merge(FILE, removeZone(FILE, 0), theirs).file(() => 'mine').zones).toEqual([]);
  });

  it('are told part by part', () => {
    expect(differences(FILE, mine).map(({ part }) => part)).toEqual(['zone kerb', 'zone zone-1', 'override illegal_parking']);
    expect(differences(FILE, { ...FILE, zones: [{ ...KERB, names: null }] })).toEqual([]);
  });
});
