import { chooseLocale, LOCALES, locale, words } from "../words/words";

export const Language = () => (
  <label class="language">
    <span class="hidden">{words.language}</span>
    <select value={locale()} onChange={(event) => void chooseLocale(event.currentTarget.value)}>
      {Object.entries(LOCALES).map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  </label>
);
