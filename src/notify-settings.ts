/** The settings of notifications. */
import { matching, type Setting, wholeNumber } from './setting-values.ts';

/** Their values, validated. */
export interface NotifyConfig {
  /** Seconds for which a run must have been over before anybody is told. */
  notify_after: number;
  /** Where mail is given to; empty: no mail is sent. */
  smtp_url: string;
  /** Who sends it; empty: no mail is sent. */
  mail_from: string;
}

/** The settings, in the order in which `--help` prints them. */
export const notifySettings: { [Key in keyof NotifyConfig]: Setting<NotifyConfig[Key]> } = {
  notify_after: {
    flag: 'notify-after',
    variables: ['PADDLES_NOTIFY_AFTER'],
    fallback: 60,
    hint: 'SECONDS',
    help: 'how long a run must have been over before subscriptions are told; its logs are read meanwhile',
    parse: wholeNumber(0, 86_400),
  },
  smtp_url: {
    flag: 'smtp-url',
    variables: ['PADDLES_SMTP_URL'],
    file: '/run/secrets/paddles_smtp_url',
    fallback: '',
    hint: 'URL',
    help: 'mail server for notifications, like smtp://user:password@mail.example.com:587; empty for no mail',
    secret: true,
    parse: (value) =>
      value === '' || (/^smtps?:\/\/[^\s/]+\/?(\?\S*)?$/.test(value) && URL.canParse(value))
        ? { value }
        : { problem: 'must be a URL like smtp://user:password@mail.example.com:587' },
  },
  mail_from: {
    flag: 'mail-from',
    variables: ['PADDLES_MAIL_FROM'],
    fallback: '',
    hint: 'ADDRESS',
    help: 'address that mail comes from',
    parse: matching(/^([^\s@<>,]+@[\w.-]+)?$/, 'must be an address like paddles@example.com'),
  },
};
