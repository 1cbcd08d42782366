import { useState, type ReactNode } from 'react';

/** A place to drop one file onto; what it looks like, also while something hovers (`data-over`), is the page's. */
export function DropZone({ className, onTake, children }: { className: string | undefined; onTake: (file: File | undefined) => void; children: ReactNode }) {
  const [isOver, setOver] = useState(false);
  return (
    <div
      className={className}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onTake(event.dataTransfer.files[0]);
      }}
    >
      {children}
    </div>
  );
}
