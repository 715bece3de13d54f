package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.Headers;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.internal.http.FieldValues;
import io.httpconnector.internal.http.Url;
import io.httpconnector.polling.PollingException.Reason;
import io.httpconnector.template.Pills;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One page of records as returned by the service, for code that determines the next page. Immutable. */
public final class Page {

    /** Accepted, no content, reset content, partial content: RFC 9110, section 15.3. */
    private static final Set<Integer> WITHOUT_LIST = Set.of(202, 204, 205, 206);

    private final int number;
    private final Response response;
    private final PageEnvelope envelope;
    private final int count;
    private final int records;
    private final JsonNode last;
    private final Fingerprint content;
    private final Likeness likeness;
    private final @Nullable Fingerprint ids;
    /** The pills of the request for this page, with the number of records read so far. */
    private final ObjectNode progress;

    /** The meaning of another page with the same records. */
    enum Likeness {
        /** All records are equal: other pages are often equal by chance. */
        UNIFORM,
        /** The records differ, but have no identity: another page may be equal by chance. */
        ANONYMOUS,
        /** The records have an identity: another page with the same records is a repetition. */
        IDENTIFIED
    }

    Page(
            int number,
            Response response,
            PageEnvelope envelope,
            int count,
            int records,
            JsonNode last,
            Fingerprint content,
            Likeness likeness,
            @Nullable Fingerprint ids) {
        this.number = number;
        this.response = response;
        this.envelope = envelope;
        this.count = count;
        this.records = records;
        this.last = last;
        this.content = content;
        this.likeness = likeness;
        this.ids = ids;
        this.progress = JsonNodeFactory.instance.objectNode().put("number", number);
    }

    private Page(Page page, ObjectNode progress) {
        this.number = page.number;
        this.response = page.response;
        this.envelope = page.envelope;
        this.count = page.count;
        this.records = page.records;
        this.last = page.last;
        this.content = page.content;
        this.likeness = page.likeness;
        this.ids = page.ids;
        this.progress = progress;
    }

    /** This page with the pills of its request and the number of records read so far. */
    Page with(ObjectNode requested, long total) {
        return new Page(this, requested.deepCopy().put("total", total));
    }

    /** The header fields for expressions, with names in lower case. */
    static ObjectNode fields(Headers headers) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        FieldValues.byName(headers).forEach(fields::put);
        return fields;
    }

    /** The values for expressions. */
    Pills pills() {
        Pills pills = Pills.of("response", envelope.tree())
                .and("headers", fields(headers()))
                .and("status", response.status())
                .and("page", progress.deepCopy().put("count", count));
        return last.isMissingNode() ? pills : pills.and("lastRecord", last);
    }

    /**
     * The page number within the poll.
     *
     * @return 1 for the first page
     */
    public int number() {
        return number;
    }

    /**
     * The number of records, before any filter. If the path of the records selects a part of each element of a list, such as the
     * lines of orders, the number of those elements, because that is what services count.
     *
     * @return the count
     */
    public int count() {
        return count;
    }

    /** The number of records, before any filter; elements may have none, such as an order without lines. */
    int records() {
        return records;
    }

    /**
     * A value in the response outside the records.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response
     * @return the value; a missing node when there is none
     * @throws InvalidDefinitionException when it is not a JSON pointer
     * @throws ConnectorException when it is not among the first 100,000 values, which are kept
     */
    public JsonNode at(String pointer) {
        return at(JsonPaths.of("page", pointer));
    }

    JsonNode at(JsonPaths pointer) {
        JsonNode value = pointer.resolve(envelope.tree());
        if (value.isMissingNode() && envelope.isFull()) {
            throw new ConnectorException(response.exchange().summary()
                    + ": the response has too many values outside the records to find \"" + pointer + "\"");
        }
        return value;
    }

    /**
     * Reads a token or URL. The result is empty for the values that some services return on the last page: null, false, blank
     * text, an empty object or list. Of a link object, as in JSON:API and HAL, the {@code href} is used.
     */
    static Optional<String> token(JsonNode node) {
        JsonNode value = tokenOrObject(node);
        if (value.isContainerNode()) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE,
                    "Expected a token or URL, found an object or a list: use the JSON pointer of the value"
                            + " in it; as a whole it can only be sent as JSON or by the template");
        }
        return value.isMissingNode() ? Optional.empty() : Optional.of(value.asText());
    }

    /** Reads a token that may also be an object or a list; a missing node when there is none, as for {@link #token}. */
    static JsonNode tokenOrObject(JsonNode node) {
        JsonNode value = JsonPaths.value(node);
        if (value.path("href").isTextual()) {
            value = value.path("href");
        }
        boolean none = value.isMissingNode() || value.isNull() || value.isBoolean();
        boolean isEmpty =
                value.isContainerNode() ? value.isEmpty() : value.asText().isBlank();
        return none || isEmpty ? MissingNode.getInstance() : value;
    }

    /**
     * The last record, before any filter.
     *
     * @return the record; a missing node on an empty page
     */
    public JsonNode lastRecord() {
        return last;
    }

    /**
     * The value of a response header.
     *
     * @param name the field name, in any case
     * @return the value; empty when there is none
     */
    public Optional<String> header(String name) {
        return response.headers().first(name);
    }

    /** Whether a response is a list of records, and not one that the request accepts instead of a list, such as a 404. */
    static boolean hasRecords(Response response) {
        boolean isSuccess = response.status() >= 200 && response.status() <= 299;
        return (isSuccess && !response.isIgnored()) || response.isAcceptedByRule();
    }

    /** Whether it is not a list of records, and proves nothing. */
    boolean isIgnored() {
        return !hasRecords(response);
    }

    /** Whether it has other elements than an XML list, and may be an error. */
    boolean isListAbsent() {
        return envelope.isListAbsent();
    }

    /** Whether there was no body, although the status does not imply this. */
    boolean isBodyMissing() {
        return envelope.isBlank() || WITHOUT_LIST.contains(response.status());
    }

    /**
     * Whether the page contains its list, with or without records: only then a record that is not on it is missing. An error
     * instead of the list, or an omitted list, proves nothing.
     *
     * @param confirmedByTotal whether the total of the page confirms that there are no more records than were read
     */
    boolean showsList(RecordIdentity identity, BooleanSupplier confirmedByTotal) {
        if (isIgnored() || WITHOUT_LIST.contains(response.status())) {
            return false;
        }
        return envelope.showsList()
                || (envelope.columns().isEmpty() ? confirmedByTotal.getAsBoolean() : identity.isIn(envelope.columns()));
    }

    /** Resolves a URL on this page: the result is absolute and on the host of the page, and uses https if the page did. */
    String resolved(String link) {
        Url here = Url.parseAbsolute(response.resolve("/").toString());
        Url target;
        try {
            target = Url.parseReference(response.resolve(link).toString());
        } catch (InvalidDefinitionException e) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE, "Page " + number + " has an invalid URL of the next page", e);
        }
        boolean isSameHost = here.origin().host().equals(target.origin().host());
        if (isSameHost
                && here.isSecure()
                && !target.isSecure()
                && target.origin().port() < 0) {
            // Behind a proxy, many services do not know that the request used https.
            return here.origin() + target.path() + (target.query() == null ? "" : "?" + target.query());
        }
        if (!here.sameOrigin(target)) {
            throw new PollingException(
                    Reason.FOREIGN_PAGE,
                    "Page " + number + " of " + here.origin() + " has the URL of the next page at " + target.origin()
                            + ", to which the credentials must not be sent");
        }
        return target.origin() + target.path() + (target.query() == null ? "" : "?" + target.query());
    }

    /** The values of the step {@code page} in the request of this page. */
    JsonNode requested() {
        return progress;
    }

    /** The content outside the records. */
    JsonNode envelope() {
        return envelope.tree();
    }

    Headers headers() {
        return response.headers();
    }

    Response response() {
        return response;
    }

    boolean isUniform() {
        return likeness == Likeness.UNIFORM;
    }

    boolean isIdentified() {
        return likeness == Likeness.IDENTIFIED;
    }

    /** The fingerprint of the ids of its records; null when they have none. */
    @Nullable Fingerprint ids() {
        return ids;
    }

    /** The fingerprint of all its records. */
    Fingerprint content() {
        return content;
    }
}
