import { Skeleton } from 'antd';

/** Something is on its way. */
export function Waiting() {
  return (
    <div className="page-body" aria-busy="true">
      <Skeleton active paragraph={{ rows: 6 }} />
    </div>
  );
}
