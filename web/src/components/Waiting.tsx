/** Something is on its way. */
export function Waiting() {
  return (
    <div className="page-body waiting" aria-busy="true">
      <i />
      <i />
      <i />
      <i />
    </div>
  );
}
