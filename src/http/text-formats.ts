/** Texts that must be of a certain kind, by the `format` of their schemas. */
import { isDay, isTimeZone, momentWords } from '../core/moment.ts';
import { isTopicList } from '../core/paths.ts';

/** What tells whether a text is of that kind, and the words for one that is not. */
export const textFormats: Readonly<Record<string, { validate: (text: string) => boolean; words: string }>> = {
  day: { validate: isDay, words: momentWords },
  'time-zone': { validate: isTimeZone, words: 'a time zone like Europe/Berlin' },
  topics: { validate: isTopicList, words: 'a list of topics like run:NAME,runs,nodes' },
};
