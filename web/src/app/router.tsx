import { Component, type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { pagePath, readPath } from '../../../src/core/paths.ts';
import { useTitle } from '../lib/address.ts';
import Run from '../pages/run/index.tsx';
import Runs from '../pages/runs/index.tsx';
import { Button } from '../ui/Button.tsx';
import { NotFound, Skeleton } from '../ui/States.tsx';

/** The pages in the header, with the keys that open them. */
export const places: [title: string, keys: string, path: string][] = [
  ['Runs', 'g r', pagePath.runs()],
  ['History', 'g h', pagePath.history()],
  ['Queue', 'g q', pagePath.queue()],
  ['Nodes', 'g n', pagePath.nodes()],
];

/** Every page, the most specific path first. The two pages that most visits start with are part of the first script. */
const routes: [string, ComponentType][] = [
  ['/runs', Runs],
  ['/runs/:run/jobs/:job/log', lazy(() => import('../pages/log/index.tsx'))],
  ['/runs/:run/jobs/:job', lazy(() => import('../pages/job/index.tsx'))],
  ['/runs/:run/compare', lazy(() => import('../pages/compare/index.tsx'))],
  ['/runs/:run', Run],
  ['/causes/:cause', lazy(() => import('../pages/cause/index.tsx'))],
  ['/history', lazy(() => import('../pages/history/index.tsx'))],
  ['/queue/:machine_type', lazy(() => import('../pages/queue/index.tsx'))],
  ['/queue', lazy(() => import('../pages/queue/index.tsx'))],
  ['/nodes/:name', lazy(() => import('../pages/node/index.tsx'))],
  ['/nodes', lazy(() => import('../pages/nodes/index.tsx'))],
  ['/tests', lazy(() => import('../pages/test/index.tsx'))],
  ['/audit', lazy(() => import('../pages/audit/index.tsx'))],
  ['/notifications', lazy(() => import('../pages/notifications/index.tsx'))],
  ['/settings', lazy(() => import('../pages/settings/index.tsx'))],
  ['/help', lazy(() => import('../pages/help/index.tsx'))],
];

/** The page for the current address. */
export function Pages() {
  const [path] = useLocation();
  return (
    <ErrorBoundary path={path}>
      <Suspense fallback={<Skeleton rows={12} />}>
        <Switch>
          <Route path="/">
            <Redirect to={pagePath.runs()} replace />
          </Route>
          {routes.map(([path, Page]) => (
            <Route key={path} path={path} component={Page} />
          ))}
          <Route component={Missing} />
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

/** Keeps the header and the footer when a page fails, until another one is opened. React supports this only with a class. */
class ErrorBoundary extends Component<{ path: string; children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override componentDidUpdate({ path }: { path: string }): void {
    if (path !== this.props.path && this.state.error !== null) this.setState({ error: null });
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="state state-error" role="alert">
        <h1>Something went wrong on this page</h1>
        <p className="mono break">{error.message}</p>
        <Button onClick={() => location.reload()}>Reload</Button>
      </div>
    );
  }
}

function Missing() {
  const [path] = useLocation();
  useTitle('Not found');
  return <NotFound what={`page /${readPath(path).join('/')}`} />;
}
