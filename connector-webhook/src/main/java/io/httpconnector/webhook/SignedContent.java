package io.httpconnector.webhook;

import io.httpconnector.Secret;
import io.httpconnector.internal.Hashing;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A compiled template of the signed content, which is passed to the signature algorithm piece by piece. */
final class SignedContent {

    private static final Set<String> NAMES = Set.of(
            "body",
            "timestamp",
            "id",
            "method",
            "url",
            "path",
            "query",
            "target",
            "form",
            "fields",
            "fieldCount",
            "signedHeaders",
            "signedHeaderNames",
            "bodyCrc32",
            "bodySha256",
            "secret");

    /** Receives the signed bytes. */
    @FunctionalInterface
    interface Sink {
        void update(byte[] bytes, int offset, int length);

        default void update(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            update(bytes, 0, bytes.length);
        }
    }

    /**
     * The values known of a request before its signature is checked.
     *
     * @param form the fields of the form, sorted, each value once; empty if no form is signed
     * @param named the values that the content names one by one
     */
    record RequestValues(
            WebhookRequest request,
            String timestamp,
            String id,
            SortedMap<String, SortedSet<String>> form,
            SignedValues named) {

        RequestValues withoutTime(@Nullable ValueSelector time, @Nullable SignedHeaders listed) {
            SignedValues others = time == null || listed == null || time.type != ValueSelector.SelectorType.HEADER
                    ? named
                    : named.withoutHeader(time.name, listed);
            return new RequestValues(request, "", id, form, others);
        }

        RequestValues with(WebhookRequest other) {
            return new RequestValues(other, timestamp, id, form, named);
        }
    }

    @FunctionalInterface
    interface Piece {
        void feed(Sink sink, RequestValues known, @Nullable Secret secret);
    }

    /** The patterns of the values whose form is known: of bodies, those without quotation marks, brackets and spaces. */
    private static final Map<String, String> PATTERNS =
            Map.of("body", "(?:[0-9.eE+-]*|true|false|null)", "timestamp", "[0-9+-]*", "method", "[A-Z]+");

    private final List<Piece> pieces = new ArrayList<>();

    /** The number of pieces before each part, if the parts are sorted; empty otherwise. */
    private final List<Integer> starts = new ArrayList<>();

    private final @Nullable SignedFields fieldList;
    private final Map<String, Secret> namedSecrets;

    /** The filters of the whole content; null if there are none. */
    private final @Nullable Placeholder whole;

    /** The texts between the placeholders. */
    private final StringBuilder texts = new StringBuilder();

    /** The patterns of the pieces; empty for an unknown one. */
    private final List<String> patterns = new ArrayList<>();

    private boolean signsRawBody;
    private final Set<String> names = new HashSet<>();

    /** The names whose values are signed unchanged or as a digest; the same applies to the other sets. */
    private final Set<String> covered = new HashSet<>();

    private final Set<String> headers = new HashSet<>();

    /** The fields of the body and the parameters that are signed one by one; the values are whether they are covered. */
    private final TreeMap<String, Boolean> fields = new TreeMap<>();

    private final TreeMap<String, Boolean> parameters = new TreeMap<>();

    private final boolean hasTimestamp;
    private final boolean hasId;
    private final boolean hasBody;
    private final boolean hasQuery;

    SignedContent(
            List<String> parts,
            @Nullable SignedFields fieldList,
            Map<String, Secret> namedSecrets,
            List<String> filters,
            List<String> problems) {
        this.fieldList = fieldList;
        this.namedSecrets = namedSecrets;
        this.whole = filters.isEmpty() ? null : Placeholder.filtered("contentFilters", filters, problems);
        for (String part : parts) {
            if (parts.size() > 1) {
                starts.add(pieces.size());
            }
            Placeholder.compile(
                    part, "content", problems, text -> text(text), placeholder -> add(placeholder, problems));
        }
        if (fieldList != null) {
            fieldList.check(problems);
        }
        if ((fieldList == null) == names.contains("fields")) {
            problems.add("fields: use both fields(...) and {{fields}} in the content, or neither");
        }
        if (names.isEmpty() && headers.isEmpty() && fields.isEmpty() && parameters.isEmpty()) {
            problems.add("content: it contains no part of the request, use {{body}}");
        }
        this.hasTimestamp = covered.contains("timestamp");
        this.hasId = covered.contains("id");
        this.hasBody = covered.contains("body") || covered.contains("form") || covered.contains("bodySha256");
        this.hasQuery = covered.contains("query") || covered.contains("url") || covered.contains("target");
    }

    /** Creates the content that is a text, whatever it contains. */
    static SignedContent fixed(String text) {
        SignedContent content = new SignedContent(List.of("{{method}}"), null, Map.of(), List.of(), new ArrayList<>());
        content.pieces.clear();
        content.text(text);
        return content;
    }

    static SignedContent of(String template, List<String> problems) {
        return new SignedContent(List.of(template), null, Map.of(), List.of(), problems);
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        texts.append(text);
        patterns.add(Pattern.quote(text));
        pieces.add((sink, known, secret) -> sink.update(bytes, 0, bytes.length));
    }

    private void add(Placeholder placeholder, List<String> problems) {
        String name = placeholder.name();
        boolean covers = placeholder.isUnchanged();
        boolean isRaw = placeholder.filters().isEmpty();
        patterns.add(isRaw ? PATTERNS.getOrDefault(name, "") : "");
        signsRawBody |= isRaw && name.equals("body");
        if (name.startsWith("header.")) {
            String field = name.substring(7);
            placeholder.check(() -> ValueSelector.header(field), problems);
            if (covers) {
                headers.add(field.toLowerCase(Locale.ROOT));
            } else {
                names.add("header");
            }
            add(
                    placeholder,
                    (sink, known, secret) ->
                            sink.update(known.request.header(field).orElse("")));
        } else if (name.startsWith("query.")) {
            String parameter = name.substring(6);
            placeholder.check(() -> ValueSelector.query(parameter), problems);
            parameters.merge(parameter, covers, Boolean::logicalOr);
            add(placeholder, (sink, known, secret) -> sink.update(known.named.parameter(parameter)));
        } else if (name.startsWith("body./") || name.startsWith("form.")) {
            String pointer = name.startsWith("form.")
                    ? "/" + name.substring(5).replace("~", "~0").replace("/", "~1")
                    : name.substring(5);
            placeholder.check(() -> ValueSelector.body(pointer), problems);
            fields.merge(pointer, covers, Boolean::logicalOr);
            add(placeholder, (sink, known, secret) -> sink.update(known.named.field(pointer)));
        } else if (name.startsWith(NamedSecrets.PREFIX)) {
            NamedSecrets.checkKnown(placeholder, namedSecrets.keySet(), problems);
            add(
                    placeholder,
                    (sink, known, secret) -> sink.update(secret == null ? "" : NamedSecrets.text(name, namedSecrets)));
        } else if (NAMES.contains(name)) {
            names.add(name);
            if (covers) {
                covered.add(name);
            }
            add(placeholder, name.startsWith("field") ? fieldPiece(name) : ContentValues.piece(name));
        } else {
            problems.add(placeholder.place() + ": {{" + Texts.visible(name)
                    + "}} is unknown, use one of body./POINTER, form.NAME, header.NAME, query.NAME, "
                    + String.join(", ", NAMES.stream().sorted().toList()));
        }
    }

    private void add(Placeholder placeholder, Piece piece) {
        if (placeholder.filters().isEmpty()) {
            pieces.add(piece);
            return;
        }
        pieces.add((sink, known, secret) -> {
            ByteArrayOutputStream value = new ByteArrayOutputStream();
            piece.feed(value::write, known, secret);
            byte[] bytes = placeholder.filter(value.toByteArray());
            sink.update(bytes, 0, bytes.length);
        });
    }

    private Piece fieldPiece(String name) {
        SignedFields list = fieldList;
        return name.equals("fields") && list != null
                ? (sink, known, secret) -> sink.update(list.text(known.named.all()))
                : (sink, known, secret) -> sink.update(String.valueOf(known.named.count()));
    }

    /** The texts between the placeholders, one after the other. */
    String texts() {
        return texts.toString();
    }

    /** Whether different contents have the same signature, because the service converts the content before it signs it. */
    boolean isConverted() {
        return whole != null && whole.isConverted();
    }

    /** Whether the body itself is signed, not only parts or a digest of it. */
    boolean signsRawBody() {
        return signsRawBody;
    }

    /** Whether a text without quotation marks, brackets and spaces could be the signed text of a request with a JSON body. */
    boolean couldBe(String text) {
        if (whole != null) {
            return true;
        }
        int first = patterns.indexOf("");
        int last = patterns.lastIndexOf("");
        // Only one part matches any text, so that the time is limited.
        String pattern = first < 0
                ? String.join("", patterns)
                : String.join("", patterns.subList(0, first))
                        + ".*"
                        + String.join("", patterns.subList(last + 1, patterns.size()));
        return text.matches(pattern);
    }

    boolean uses(String name) {
        return names.contains(name);
    }

    /** The list of all fields; null if they are not signed, or only after a conversion. */
    @Nullable SignedFields fieldList() {
        return fieldList;
    }

    /** Whether the fields of a list are signed, of which the payload then consists. */
    boolean coversFieldList() {
        return fieldList != null && covered.contains("fields");
    }

    /** The JSON Pointers of the fields of the body that are signed one by one. */
    Set<String> fields() {
        return fields.keySet();
    }

    /** Those of the fields whose values cannot be changed without changing the signed content. */
    Set<String> coveredFields() {
        return fields.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The query parameters that are signed one by one. */
    Set<String> parameters() {
        return parameters.keySet();
    }

    /** Whether query parameters are signed, all or some, so that they cannot be changed. */
    boolean coversParameters() {
        return covered.contains("query") || parameters.containsValue(true);
    }

    /** Whether the body is signed only after a conversion by which different bodies become the same. */
    boolean convertsBody() {
        return !hasBody && (names.contains("body") || names.contains("form") || names.contains("bodySha256"));
    }

    /** Whether the body as a whole is signed. */
    boolean coversBody() {
        return hasBody;
    }

    /** Whether different events have different content, even without the time. */
    boolean distinguishesEvents() {
        boolean any = hasBody || hasId || hasQuery || names.contains("signedHeaders") || names.contains("bodyCrc32");
        return any
                || names.contains("fields")
                || names.contains("header")
                || !headers.isEmpty()
                || !fields.isEmpty()
                || !parameters.isEmpty();
    }

    /** Whether changing the selected value would invalidate the signature. A CRC32 does not protect a body. */
    boolean covers(ValueSelector selector, @Nullable ValueSelector timestamp, @Nullable ValueSelector id) {
        if ((hasTimestamp && selector.equals(timestamp)) || (hasId && selector.equals(id))) {
            return true;
        }
        boolean here = switch (selector.type) {
            case HEADER -> !headers.isEmpty() && headers.contains(selector.name.toLowerCase(Locale.ROOT));
            case BODY ->
                hasBody
                        || coversField(selector.name)
                        || (coversFieldList()
                                && !selector.name.isEmpty()
                                && Objects.requireNonNull(fieldList).covers(selector.name));
            case QUERY -> hasQuery || parameters.getOrDefault(selector.name, false);
        };
        ValueSelector alternative = selector.alternative;
        return here && (alternative == null || covers(alternative, timestamp, id));
    }

    /** Whether a field of the body is covered, itself or as part of the text of another one, such as JSON in a form field. */
    private boolean coversField(String pointer) {
        for (int end = pointer.length(); end > 0; end = pointer.lastIndexOf('/', end - 1)) {
            if (fields.getOrDefault(pointer.substring(0, end), false)) {
                return true;
            }
        }
        return false;
    }

    /** A fingerprint that is the same for the same content only. */
    String fingerprint(RequestValues known) {
        MessageDigest digest = Hashing.sha256();
        feed(digest::update, known, null);
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    void feed(Sink sink, RequestValues known, @Nullable Secret secret) {
        Placeholder filters = whole;
        if (filters == null) {
            feedPieces(sink, known, secret);
            return;
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        feedPieces(content::write, known, secret);
        byte[] filtered = filters.filter(content.toByteArray());
        sink.update(filtered, 0, filtered.length);
    }

    private void feedPieces(Sink sink, RequestValues known, @Nullable Secret secret) {
        if (starts.isEmpty()) {
            pieces.forEach(piece -> piece.feed(sink, known, secret));
            return;
        }
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            int end = i + 1 < starts.size() ? starts.get(i + 1) : pieces.size();
            ByteArrayOutputStream part = new ByteArrayOutputStream();
            pieces.subList(starts.get(i), end).forEach(piece -> piece.feed(part::write, known, secret));
            parts.add(part.toByteArray());
        }
        parts.sort(Arrays::compareUnsigned);
        parts.forEach(part -> sink.update(part, 0, part.length));
    }
}
