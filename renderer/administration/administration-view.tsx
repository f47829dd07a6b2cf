/** The centre itself: people, workstations, policy, flows, what is stopped, and the changes that wait for a second person (TP12, TP15). */
export default function AdministrationView() {
  return <div className="page" data-testid="administration" />;
}
