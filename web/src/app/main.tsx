import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/kit.css';
import '../styles/grid.css';
import '../styles/pages.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { base } from '../lib/address.ts';
import { createClient } from '../lib/api.ts';
import { Shell } from './Shell.tsx';

createRoot(document.getElementById('root')!).render(
  <QueryClientProvider client={createClient()}>
    <Router base={base}>
      <Shell />
    </Router>
  </QueryClientProvider>,
);
