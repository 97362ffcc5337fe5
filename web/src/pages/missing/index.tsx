import { useLocation } from 'wouter';
import { readPath } from '../../../../src/core/paths.ts';
import { useTitle } from '../../app/title.ts';
import { NotFound } from '../../ui/States.tsx';

/** The page for unknown addresses. */
export default function Missing() {
  const [path] = useLocation();
  useTitle('Not found');
  return <NotFound what={`page /${readPath(path).join('/')}`} />;
}
