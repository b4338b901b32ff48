import { useReadDocument, useSaveDocument, type DocumentSaved } from '../../api/documents';
import { changesOf, SHAPE, type Content } from '../../domain/documents';
import type { Looks } from '../../drafting/Conflict';
import { SaveDialog } from '../../drafting/SaveDialog';
import type { Desk } from '../../drafting/useDraft';
import { DocumentChanges } from './DocumentChanges';

const LOOKS: Looks<string> = {
  name: (part) => <span className="mono">{part}</span>,
  list: (items) => <DocumentChanges changes={items.flatMap(({ part, before, after }) => changesOf(before, after, part))} />,
  values: (before, after, part) => <DocumentChanges changes={changesOf(before, after, part)} />,
};

interface Props {
  name: string;
  desk: Desk<Content>;
  onSaved: (saved: DocumentSaved) => void;
  onClose: () => void;
}

/** Shows what will change in a document, and saves it. */
export function DocumentSave({ name, desk, onSaved, onClose }: Props) {
  const save = useSaveDocument(name);
  const read = useReadDocument();
  return (
    <SaveDialog desk={desk} shape={SHAPE} looks={LOOKS} save={save.mutateAsync} newest={() => read(name)} onSaved={onSaved} onClose={onClose} />
  );
}
