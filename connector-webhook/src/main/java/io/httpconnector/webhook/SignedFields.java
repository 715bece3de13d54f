package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonObjectReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The list of all fields of a form, or of all parameters of a GET request, as a service signs it: the placeholder
 * <code>{{fields}}</code> of the content, and their number <code>{{fieldCount}}</code>. Immutable: each method returns a new list.
 *
 * <pre>{@code
 * Signatures.publicKey("SHA256withRSA", keys)
 *         .signature(ValueSelector.body("/sign"))
 *         .fields(SignedFields.each("{{name}}={{value}}").separator("&").sorted().without("sign", "sign_type").withoutEmpty())
 *         .content("{{fields}}")
 * }</pre>
 */
public final class SignedFields {

    private static final Set<String> NAMES = Set.of("name", "value", "nameLength", "valueLength");

    private final String template;
    private final String separator;
    private final Sorting sorting;
    private final Set<String> omitted;
    private final boolean omitsEmpty;

    /** The order of the fields. */
    private enum Sorting {
        NONE,
        BY_NAME,
        IGNORING_CASE
    }

    private SignedFields(String template, String separator, Sorting sorting, Set<String> omitted, boolean omitsEmpty) {
        this.template = template;
        this.separator = separator;
        this.sorting = sorting;
        this.omitted = omitted;
        this.omitsEmpty = omitsEmpty;
    }

    /**
     * Creates a list.
     *
     * @param template the text of a field, with the placeholders {@code name}, {@code value}, and their lengths in bytes
     *     {@code nameLength} and {@code valueLength}, such as <code>{{name}}={{value}}</code>
     * @return the list, in the order of the request
     */
    public static SignedFields each(String template) {
        return new SignedFields(
                Arguments.notNull(template, "template of a signed field"), "", Sorting.NONE, Set.of(), false);
    }

    /**
     * Sets the text between two fields. Default: none.
     *
     * @param text such as {@code &}
     * @return a new list
     */
    public SignedFields separator(String text) {
        return new SignedFields(
                template, Arguments.notNull(text, "separator of the signed fields"), sorting, omitted, omitsEmpty);
    }

    /**
     * Sorts the fields by name.
     *
     * @return a new list
     */
    public SignedFields sorted() {
        return new SignedFields(template, separator, Sorting.BY_NAME, omitted, omitsEmpty);
    }

    /**
     * Sorts the fields by name, regardless of the case of its letters.
     *
     * @return a new list
     */
    public SignedFields sortedIgnoringCase() {
        return new SignedFields(template, separator, Sorting.IGNORING_CASE, omitted, omitsEmpty);
    }

    /**
     * Omits fields, such as that of the signature. They are no part of the payload.
     *
     * @param names the names
     * @return a new list
     */
    public SignedFields without(String... names) {
        Set<String> all = new TreeSet<>(omitted);
        all.addAll(Arguments.all(names, "names of fields"));
        return new SignedFields(template, separator, sorting, all, omitsEmpty);
    }

    /**
     * Omits fields without a value. They are no part of the payload.
     *
     * @return a new list
     */
    public SignedFields withoutEmpty() {
        return new SignedFields(template, separator, sorting, omitted, true);
    }

    static SignedFields read(JsonObjectReader reader) {
        // "each": The text of a field, with the placeholders `name`, `value`, `nameLength` and `valueLength` (in
        // bytes).
        SignedFields fields = each(reader.requiredText("each"));
        // "separator": The text between two fields. Default: none.
        String separator = reader.text("separator");
        fields = separator == null ? fields : fields.separator(separator);
        // "sorted": Whether the fields are sorted by name. Default: false.
        fields = reader.isSet("sorted") ? fields.sorted() : fields;
        // "sortedIgnoringCase": Whether the fields are sorted by name, regardless of case. Default: false.
        fields = reader.isSet("sortedIgnoringCase") ? fields.sortedIgnoringCase() : fields;
        // "without": The names of fields that are not signed.
        fields = fields.without(reader.distinctTexts("without").toArray(String[]::new));
        // "withoutEmpty": Whether fields without a value are not signed. Default: false.
        return reader.isSet("withoutEmpty") ? fields.withoutEmpty() : fields;
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("each", template);
        json.put("separator", separator).put("sorted", sorting == Sorting.BY_NAME);
        if (sorting == Sorting.IGNORING_CASE) {
            json.put("sortedIgnoringCase", true);
        }
        omitted.forEach(json.withArray("/without")::add);
        return json.put("withoutEmpty", omitsEmpty);
    }

    /** Reports invalid settings. */
    void check(List<String> problems) {
        boolean[] hasValue = {false};
        Placeholder.compile(template, "fields", problems, text -> {}, placeholder -> {
            hasValue[0] |= placeholder.name().equals("value");
            if (!NAMES.contains(placeholder.name())) {
                problems.add(placeholder.place() + ": {{" + Texts.visible(placeholder.name())
                        + "}} is unknown, use one of " + new TreeSet<>(NAMES));
            }
        });
        if (!hasValue[0]) {
            problems.add("fields: the template does not contain {{value}}");
        }
    }

    /** Whether the lengths of names and values separate the fields from each other. */
    boolean isSeparated() {
        return template.contains("nameLength") && template.contains("valueLength") && template.contains("{{name}}");
    }

    /** Whether a field of the body is signed. */
    boolean covers(String pointer) {
        String name = pointer.substring(1).split("/", 2)[0].replace("~1", "/").replace("~0", "~");
        return !omitted.contains(name);
    }

    /**
     * Returns the signed fields of a request.
     *
     * @throws IOException if the body is not a form
     */
    Map<String, List<String>> of(WebhookRequest request) throws IOException {
        Map<String, List<String>> given = request.body().length == 0 && SignedData.isBodyless(request.method())
                ? BodyParser.parameters(request)
                : FormParser.parseStrictly(FormParser.text(request.body()));
        Map<String, List<String>> fields = sorting == Sorting.NONE ? new LinkedHashMap<>() : new TreeMap<>(order());
        given.forEach((name, values) -> {
            List<String> signed = values.stream()
                    .filter(value -> !omitsEmpty || !value.isEmpty())
                    .toList();
            if (!omitted.contains(name) && !signed.isEmpty()) {
                fields.put(name, signed);
            }
        });
        return fields;
    }

    /** Names that differ only in case are different fields, in the order of their characters. */
    private Comparator<String> order() {
        Comparator<String> natural = Comparator.naturalOrder();
        return sorting == Sorting.IGNORING_CASE ? String.CASE_INSENSITIVE_ORDER.thenComparing(natural) : natural;
    }

    /** Returns the signed text of fields. */
    String text(Map<String, List<String>> fields) {
        List<String> texts = new ArrayList<>();
        fields.forEach((name, values) -> values.forEach(value -> texts.add(text(name, value))));
        return String.join(separator, texts);
    }

    private String text(String name, String value) {
        StringBuilder text = new StringBuilder();
        Placeholder.compile(template, "fields", new ArrayList<>(), text::append, placeholder -> {
            byte[] bytes = utf8(
                    switch (placeholder.name()) {
                        case "name" -> name;
                        case "nameLength" -> String.valueOf(utf8(name).length);
                        case "valueLength" -> String.valueOf(utf8(value).length);
                        default -> value;
                    });
            text.append(new String(placeholder.filter(bytes), StandardCharsets.UTF_8));
        });
        return text.toString();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the template.
     *
     * @return the template of a field
     */
    @Override
    public String toString() {
        return "fields " + template;
    }
}
