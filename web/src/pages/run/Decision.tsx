import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef } from 'react';
import { decisionClasses, issueName } from '../../../../src/core/decisions/decision.ts';
import { apiPath } from '../../../../src/core/paths.ts';
import type { DecisionItem, DecisionList } from '../../../../src/http/api/decisions.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import { useApi, useAttempt } from '../../lib/api.ts';
import { Button } from '../../ui/Button.tsx';
import { Choices, Select } from '../../ui/Choices.tsx';
import { OutLink } from '../../ui/OutLink.tsx';
import { Time } from '../../ui/Time.tsx';
import type { Group } from './groups.ts';
import { type Draft, placeIn, type SuggestedIssue, scopesFor, suggestedIssues, withClass } from './triage.ts';
import type { Triage } from './use-triage.ts';
import { NotSaved, useWho, WhoField } from './Who.tsx';

interface DecisionProps {
  page: RunPage;
  group: Group;
  /** Null if nothing can be decided, because the page shows an earlier state. */
  triage: Triage | null;
}

/** The decision on a cause, or the form while it is open. */
export function Decision({ page, group, triage }: DecisionProps) {
  if (group.verdict === null) return null;
  const { decision, past } = group.verdict;
  const isOpen = triage !== null && triage.open === group.id;
  return (
    <section aria-label="Decision">
      <h2>Decision</h2>
      {past !== null && <p className="strong">{past}</p>}
      {decision !== null && <Decided decision={decision} />}
      {isOpen ? (
        <DecisionForm key={group.id} page={page} group={group} triage={triage} />
      ) : (
        triage !== null && (
          <p className="line">
            <Button onClick={() => triage.start(group)}>
              {decision === null ? 'Decide' : 'Change'} <kbd>t</kbd>
            </Button>
            {decision !== null && <Button onClick={() => void triage.withdraw(group)}>Withdraw</Button>}
          </p>
        )
      )}
    </section>
  );
}

function Decided({ decision }: { decision: DecisionItem }) {
  const { class: kind, issue_url, note, scope, scope_of, author, verified, created, until } = decision;
  const where = {
    run: 'in this run',
    branch: `on ${scope_of}`,
    base: `on ${scope_of} and its branches`,
    everywhere: 'everywhere',
  };
  return (
    <>
      <p>
        <span className="strong">{kind}</span>
        {issue_url !== null && (
          <>
            {' '}
            <OutLink name={issueName(issue_url)} href={issue_url} />
          </>
        )}{' '}
        {where[scope]}, by {author}
        {!verified && <span className="quiet"> (not verified)</span>}, <Time at={created} />
        {until !== null && (
          <>
            , until <Time at={until} />
          </>
        )}
      </p>
      {note !== '' && <p className="break">{note}</p>}
    </>
  );
}

/** Sends the form. A missing name or token is provided first. */
function useSend(group: Group, triage: Triage) {
  const who = useWho();
  const { problem, attempt } = useAttempt();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (await attempt(who.give)) await triage.save(group);
  };
  return { who, send, problem: problem ?? triage.problem };
}

function DecisionForm({ page, group, triage }: DecisionProps & { triage: Triage }) {
  const { who, send, problem } = useSend(group, triage);
  const draft = triage.draft(group);
  const place = placeIn(page);
  const scopes = new Map<string, string>(scopesFor(draft.class, place));
  const change = (values: Partial<Draft>) => triage.change(group, { ...draft, ...values });
  const issue = useRef<HTMLInputElement>(null);
  const suggested = useSuggestedIssues(page, group.id);
  useEffect(() => issue.current?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    triage.cancel();
    document.querySelector<HTMLElement>('.list .grid-row[tabindex="0"]')?.focus();
  };
  return (
    <form
      className="decide"
      aria-label={`Decide on ${group.title}`}
      onSubmit={(event) => void send(event)}
      onKeyDown={onKeyDown}
    >
      <Choices
        className="decide-classes"
        legend="What is it?"
        options={decisionClasses.map((kind) => [kind, kind])}
        chosen={draft.class}
        onPick={(kind) => triage.change(group, withClass(draft, kind, place))}
      />
      <Issue
        suggested={suggested}
        field={issue}
        value={draft.issue_url}
        onChange={(issue_url) => change({ issue_url })}
      />
      <label className="decide-line">
        Note <input maxLength={2000} value={draft.note} onChange={(event) => change({ note: event.target.value })} />
      </label>
      <Select
        className="decide-line"
        label="Applies to"
        value={draft.scope}
        values={[...scopes.keys()]}
        print={(scope) => scopes.get(scope) ?? scope}
        onChange={(scope) => change({ scope: scope as Draft['scope'] })}
      />
      <WhoField who={who} />
      <NotSaved problem={problem} />
      <p className="line">
        <Button type="submit" disabled={triage.saving}>
          Save and next <kbd>Enter</kbd>
        </Button>
        <Button onClick={triage.cancel}>
          Cancel <kbd>Esc</kbd>
        </Button>
      </p>
    </form>
  );
}

function useSuggestedIssues({ verdicts }: RunPage, cause: string): SuggestedIssue[] {
  const same = useApi<DecisionList>(apiPath.decisions({ cause })).data?.decisions ?? [];
  const newest = useApi<DecisionList>(apiPath.decisions({ limit: '100' })).data?.decisions ?? [];
  const here = verdicts.flatMap(({ decision }) => decision ?? []);
  return suggestedIssues(cause, here, [...same, ...newest]);
}

/** The most issues of the same cause that are offered as buttons. */
const mostButtons = 3;

interface IssueProps {
  suggested: readonly SuggestedIssue[];
  field: { current: HTMLInputElement | null };
  value: string;
  onChange: (value: string) => void;
}

/** The URL of an issue, with suggestions. Issues that were named for the same cause are offered as buttons. */
function Issue({ suggested, field, value, onChange }: IssueProps) {
  const list = useId();
  return (
    <>
      <label className="decide-line">
        Issue{' '}
        <input
          ref={field}
          inputMode="url"
          placeholder="https://…"
          autoComplete="off"
          list={list}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
        <datalist id={list}>
          {suggested.map(({ url, why }) => (
            <option key={url} value={url} label={why} />
          ))}
        </datalist>
      </label>
      {suggested
        .filter(({ url, isSame }) => isSame && url !== value)
        .slice(0, mostButtons)
        .map(({ url, why }) => (
          <p key={url} className="decide-issue">
            <Button title={url} onClick={() => onChange(url)}>
              {why}
            </Button>
          </p>
        ))}
    </>
  );
}
