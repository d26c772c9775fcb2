// What was opened since the window opened, newest first. Kept in memory only: the page keeps nothing of the organization's.
export interface Recent {
  kind: string;
  id: string;
}

const MOST = 8;
let opened: Recent[] = [];

export function remember(record: Recent) {
  opened = [record, ...opened.filter((known) => known.id !== record.id)].slice(0, MOST);
}

export const recents = (): readonly Recent[] => opened;
