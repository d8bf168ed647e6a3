import { Link } from "@tanstack/react-router";

import { useText } from "../common/settings";

import "./footer.css";

/** Below every page: what is for all of them. */
export function Footer() {
  const t = useText();
  return (
    <footer className="footer">
      <Link to="/tilgjengelighet">{t.guide.nav.accessibility}</Link>
    </footer>
  );
}
