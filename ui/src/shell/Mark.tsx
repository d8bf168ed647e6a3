/** Linje's own mark: one line that becomes two. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M3 16h9" className="mark__line" />
      <path d="M12 16c5 0 5-8 10-8M12 16c5 0 5 8 10 8" className="mark__fork" />
      <circle cx="25" cy="8" r="3" className="mark__end" />
      <circle cx="25" cy="24" r="3" className="mark__end" />
    </svg>
  );
}
