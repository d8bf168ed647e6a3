import { Skeleton } from "@navikt/ds-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { LoadFailed } from "./LoadFailed";
import { Waiting } from "./Waiting";

/** What a question to the server gave, or a skeleton, or what went wrong with another try. */
export function Loaded<T>({
  query,
  source,
  height = "8rem",
  children,
}: {
  query: UseQueryResult<T>;
  source: string;
  height?: string;
  children(data: T): ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <LoadFailed source={source} error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Waiting>
      <Skeleton variant="rounded" height={height} />
    </Waiting>
  );
}
