/** How a form that follows a schema looks: fields, groups that fold, lists, entries that are named; each is of one kind. */
import {
  ADDITIONAL_PROPERTY_FLAG, type ArrayFieldItemTemplateProps, type ArrayFieldTemplateProps, asNumber, canExpand, descriptionId, errorId,
  type FieldErrorProps, type FieldProps, type FieldTemplateProps, type ObjectFieldTemplateProps, type Registry, type WidgetProps, type WrapIfAdditionalTemplateProps,
} from "@rjsf/utils";
import { type ComponentType, type ReactNode, useEffect, useState } from "react";
import { Sign } from "../parts";
import { useWords } from "../words";
import type { Node } from "./schema";

function Field(props: FieldTemplateProps) {
  const { id, label, children, errors, schema, rawDescription, displayLabel, hidden, required, registry } = props;
  const Wrap = registry.templates.WrapIfAdditionalTemplate;
  const { t } = useWords();
  if (hidden) return <div hidden>{children}</div>;
  const isBare = schema.type === "object" || schema.type === "array";
  const isTicked = schema.type === "boolean";
  return (
    <Wrap {...props}>
      {isBare ? children : (
        <div className="field">
          {displayLabel && !isTicked && (
            <label htmlFor={id}>{label}{required && <span className="muted small"> · {t("form.required")}</span>}</label>
          )}
          {children}
          {rawDescription && <p className="help" id={descriptionId(id)}>{quoted(rawDescription)}</p>}
          {errors}
        </div>
      )}
    </Wrap>
  );
}

/** Words, in which backticks quote what is written letter by letter. */
function quoted(words: string): ReactNode[] {
  return words.split("`").map((part, place) => (place % 2 ? <span className="code" key={part}>{part}</span> : part));
}

function Errors({ errors = [], fieldPathId }: FieldErrorProps) {
  if (errors.length === 0) return null;
  return <div id={errorId(fieldPathId)}>{errors.map((one, place) => <p className="wrong" key={`${place} ${String(one)}`}>{one}</p>)}</div>;
}

function kindOf(content: { props: { schema?: Node } }, registry: Registry): string {
  const schema = registry.schemaUtils.retrieveSchema((content.props.schema ?? {}) as Node);
  return Array.isArray(schema.type) ? String(schema.type[0]) : String(schema.type);
}

/** A group that folds; one with a mistake in it opens. */
function Group({ id, path, title, description, isWrong, children }: { id: string; path: (string | number)[]; title: string; description?: ReactNode; isWrong: boolean; children: ReactNode }) {
  const [isOpen, setOpen] = useState(isWrong);
  const Heading = (["h2", "h3", "h4", "h5", "h6"] as const)[path.filter((step) => typeof step === "string").length - 1] ?? "h6";
  useEffect(() => { if (isWrong) setOpen(true); }, [isWrong]);
  return (
    <details id={id} className="whole" open={isOpen} data-wrong={isWrong} onToggle={(event) => event.target === event.currentTarget && setOpen(event.currentTarget.open)}>
      <summary><Heading className="heading">{title}</Heading>{description && <span className="muted">{description}</span>}</summary>
      <div className="within">{children}</div>
    </details>
  );
}

function hasMistakes(errors: unknown): boolean {
  return typeof errors === "object" && errors !== null && JSON.stringify(errors).includes("__errors");
}

function Objects(props: ObjectFieldTemplateProps) {
  const { properties, registry, fieldPathId, title, schema, uiSchema, formData, onAddProperty, errorSchema, disabled } = props;
  const { t } = useWords();
  const shown = properties.filter((one) => !one.hidden);
  const isWhole = (one: { content: { props: { schema?: Node } } }) => ["object", "array"].includes(kindOf(one.content, registry));
  const small = shown.filter((one) => !isWhole(one as never));
  const large = shown.filter((one) => isWhole(one as never));
  const within = (
    <>
      {small.length > 0 && <div className={schema.additionalProperties ? "items" : "fields"}>{small.map((one) => <div key={one.name}>{one.content}</div>)}</div>}
      {large.map((one) => <div key={one.name} className="whole">{one.content}</div>)}
      {canExpand(schema, uiSchema, formData) && (
        <div className="row"><button type="button" className="button" disabled={disabled} onClick={onAddProperty}><Sign of="plus" />{t("form.add")}</button></div>
      )}
    </>
  );
  const isItem = /^\d+$/.test(String(fieldPathId.path.at(-1) ?? ""));
  if (fieldPathId.path.length === 0) return <div className="made" id={fieldPathId.$id}><div className="card">{small.length > 0 && <div className="fields">{small.map((one) => <div key={one.name}>{one.content}</div>)}</div>}</div>{large.map((one) => <div key={one.name}>{one.content}</div>)}</div>;
  if (isItem || ADDITIONAL_PROPERTY_FLAG in schema) return <div className="stack" id={fieldPathId.$id}>{within}</div>;
  return <Group id={fieldPathId.$id} path={fieldPathId.path} title={title} description={schema.description} isWrong={hasMistakes(errorSchema)}>{within}</Group>;
}

function Arrays({ items, canAdd, onAddClick, title, schema, fieldPathId, errorSchema, disabled, rawErrors }: ArrayFieldTemplateProps) {
  const { t } = useWords();
  return (
    <Group id={fieldPathId.$id} path={fieldPathId.path} title={title} description={schema.description} isWrong={hasMistakes(errorSchema)}>
      {rawErrors && rawErrors.length > 0 && <div className="field">{rawErrors.map((one) => <p className="wrong" key={one}>{one}</p>)}</div>}
      <div className="items">{items}</div>
      {canAdd && <div className="row"><button type="button" className="button" disabled={disabled} onClick={onAddClick}><Sign of="plus" />{t("form.add")}</button></div>}
    </Group>
  );
}

function Item({ children, buttonsProps, index }: ArrayFieldItemTemplateProps) {
  const { t } = useWords();
  return (
    <div className="item">
      <div className="grow">{children}</div>
      {buttonsProps.hasRemove && (
        <button type="button" className="button quiet only-sign" title={t("form.remove")} aria-label={t("form.removeItem", { place: index + 1 })} onClick={buttonsProps.onRemoveItem}><Sign of="minus" /></button>
      )}
    </div>
  );
}

/** An entry whose name the reader gives, such as an amount by currency. */
function Named({ id, schema, label, children, onKeyRenameBlur, onRemoveProperty, disabled }: WrapIfAdditionalTemplateProps) {
  const { t } = useWords();
  if (!(ADDITIONAL_PROPERTY_FLAG in schema)) return children;
  return (
    <div className="item">
      <div className="stack">
        <div className="field">
          <label htmlFor={`${id}-key`}>{t("form.key")}</label>
          <input id={`${id}-key`} className="input" type="text" defaultValue={label} disabled={disabled} onBlur={onKeyRenameBlur} />
        </div>
        {children}
      </div>
      <button type="button" className="button quiet only-sign" title={t("form.remove")} aria-label={t("form.removeItem", { place: label })} onClick={onRemoveProperty}><Sign of="minus" /></button>
    </div>
  );
}

function described({ id, schema, rawErrors }: WidgetProps): { "aria-describedby"?: string; "aria-invalid"?: true } {
  const ids = [schema.description && descriptionId(id), rawErrors?.length && errorId(id)].filter(Boolean);
  return { ...(ids.length ? { "aria-describedby": ids.join(" ") } : {}), ...(rawErrors?.length ? { "aria-invalid": true } : {}) };
}

function emptied({ schema, options }: WidgetProps): unknown {
  return (schema as Node)["x-nullable"] ? null : options.emptyValue;
}

function Input(props: WidgetProps) {
  const { id, value, onChange, onBlur, onFocus, disabled, readonly, schema, required, placeholder } = props;
  const first = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  const isNumber = first === "number" || first === "integer";
  const kind = schema.format === "date" ? "date" : /\[0-9A-Fa-f\]\{6\}/.test(schema.pattern ?? "") ? "color" : "text";
  return (
    <input
      id={id} name={id} className={`input ${isNumber || (schema as Node)["x-decimal"] ? "num" : ""}`} type={kind} value={value ?? ""} placeholder={placeholder || undefined}
      inputMode={first === "integer" ? "numeric" : isNumber || (schema as Node)["x-decimal"] ? "decimal" : undefined}
      disabled={disabled} readOnly={readonly} aria-required={required || undefined} autoComplete="off" {...described(props)}
      onChange={(event) => onChange(event.target.value === "" ? emptied(props) : event.target.value)}
      onBlur={(event) => onBlur(id, event.target.value)} onFocus={(event) => onFocus(id, event.target.value)}
    />
  );
}

function Select(props: WidgetProps) {
  const { id, value, onChange, disabled, readonly, schema, options } = props;
  const { t } = useWords();
  const named = (schema as Node)["x-enum-titles"];
  const given = ((options.enumOptions ?? []) as { value: unknown; label: string }[]).filter((one) => one.value !== null);
  const at = given.findIndex((one) => one.value === value);
  return (
    <select id={id} name={id} className="input" disabled={disabled || readonly} value={at < 0 ? "" : String(at)} {...described(props)} onChange={(event) => onChange(event.target.value === "" ? emptied(props) : given[Number(event.target.value)]?.value)}>
      {(at < 0 || schema.default === undefined) && <option value="">{t("form.none")}</option>}
      {given.map((one, place) => <option key={String(one.value)} value={String(place)}>{named?.[place] ?? one.label}</option>)}
    </select>
  );
}

function Tick(props: WidgetProps) {
  const { id, label, value, onChange, disabled, readonly, schema } = props;
  if (Array.isArray(schema.type)) return <div className="field"><label htmlFor={id}>{label}</label><Select {...props} /></div>;
  return (
    <label className="check" htmlFor={id}>
      <input id={id} name={id} type="checkbox" checked={value === true} disabled={disabled || readonly} {...described(props)} onChange={(event) => onChange(event.target.checked)} />
      <span className="label">{label}</span>
    </label>
  );
}

/** A number as it is typed, with a point in every language; what is no number yet stays text, and is told as a mistake. */
function Numbers(props: FieldProps) {
  const { formData, onChange, registry } = props;
  const [typed, setTyped] = useState<unknown>(formData);
  const Text = registry.fields.StringField as ComponentType<FieldProps>;
  const change: FieldProps["onChange"] = (value, path, errors, id) => {
    setTyped(value);
    onChange(typeof value === "string" ? asNumber(value) : value, path, errors, id);
  };
  const isSame = (typeof typed === "string" ? asNumber(typed) : typed) === formData;
  return <Text {...props} formData={isSame ? typed : formData} onChange={change} />;
}

const Nothing = () => null;

export const templates = {
  FieldTemplate: Field, FieldErrorTemplate: Errors, ObjectFieldTemplate: Objects, ArrayFieldTemplate: Arrays, ArrayFieldItemTemplate: Item,
  WrapIfAdditionalTemplate: Named, BaseInputTemplate: Input, DescriptionFieldTemplate: Nothing, ErrorListTemplate: Nothing, TitleFieldTemplate: Nothing,
};

export const widgets = { TextWidget: Input, SelectWidget: Select, CheckboxWidget: Tick, DateWidget: Input };

export const fields = { NumberField: Numbers };
