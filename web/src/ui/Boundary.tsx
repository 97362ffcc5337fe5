import { Component, type ReactNode } from 'react';

/** Keeps the header and the footer when a page fails. A class, because React has no other way. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="state state-error" role="alert">
        <h1>Something went wrong on this page</h1>
        <p className="mono break">{error.message}</p>
        <button type="button" className="button" onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    );
  }
}
