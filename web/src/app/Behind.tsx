import { useQuery } from '@tanstack/react-query';
import type { ReplicaAnswer } from '../../../src/http/api/schemas.ts';
import { type ApiError, fetchApi } from '../lib/api.ts';
import { age } from '../lib/format.ts';

/** Nobody minds figures that are this old, in seconds: they are so after every change, for a moment. */
const worthSaying = 5;
const askAgain = 5000;

/** How old the figures are, when the server reads a replica that is behind. */
export function Behind() {
  const { data } = useQuery<ReplicaAnswer, ApiError>({
    queryKey: ['/api/replica'],
    queryFn: ({ signal }) => fetchApi<ReplicaAnswer>('/api/replica', signal),
    // A server without a replica is asked once.
    refetchInterval: ({ state }) => (state.data?.replica ? askAgain : false),
    refetchOnWindowFocus: false,
  });
  const seconds = data?.replica?.used ? (data.replica.seconds_behind ?? 0) : 0;
  return (
    <span role="status" title={seconds < worthSaying ? undefined : 'The read replica is behind the main database.'}>
      {seconds < worthSaying ? '' : `figures are ${age(seconds)} old`}
    </span>
  );
}
