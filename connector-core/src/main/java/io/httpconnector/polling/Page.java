package io.httpconnector.polling;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.Headers;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.polling.PollingException.Reason;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** One page of records as a service gave it, for who says where the next one is. Immutable. */
public final class Page {

    /** Accepted, no content, reset content, partial content: RFC 9110, section 15.3. */
    private static final Set<Integer> WITHOUT_LIST = Set.of(202, 204, 205, 206);

    private final int number;
    private final Response answer;
    private final PageEnvelope envelope;
    private final int count;
    private final JsonNode last;
    private final Fingerprint content;

    Page(int number, Response response, PageEnvelope envelope, int count, JsonNode last, Fingerprint content) {
        this.number = number;
        this.answer = response;
        this.envelope = envelope;
        this.count = count;
        this.last = last;
        this.content = content;
    }

    /**
     * Which page it is.
     *
     * @return 1 for the first one of a poll
     */
    public int number() {
        return number;
    }

    /**
     * How many records it has, before any filter.
     *
     * @return the count
     */
    public int count() {
        return count;
    }

    /**
     * A value that the answer has beside its records.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the answer
     * @return the value; a missing node when there is none
     * @throws InvalidDefinitionException when it is no JSON pointer
     * @throws ConnectorException when it is not among the first 100,000 values, which is what is kept
     */
    public JsonNode at(String pointer) {
        return at(JsonPaths.of("page", pointer));
    }

    JsonNode at(JsonPaths pointer) {
        JsonNode value = pointer.in(envelope.tree());
        if (value.isMissingNode() && envelope.isFull()) {
            throw new ConnectorException(
                    answer.exchange().summary() + ": there is too much beside the records to find \"" + pointer + "\"");
        }
        return value;
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
        return answer.headers().first(name);
    }

    /** Whether an answer is a list of records: not what a request or a rule accepts in place of one, such as a 404. */
    static boolean hasRecords(Response response) {
        return response.status() >= 200 && response.status() <= 299 && !response.isIgnored();
    }

    /** Whether it is no list of records, and proves nothing. */
    boolean isIgnored() {
        return !hasRecords(answer);
    }

    /** Whether there was no body, although the status is none that means so. */
    boolean isBlank() {
        return envelope.isBlank() || WITHOUT_LIST.contains(answer.status());
    }

    /**
     * Whether the page shows its list, with or without records: only then a record that is not on it is missing. An error in place of
     * the list, or a list that was left out, shows nothing.
     *
     * @param confirmedByTotal whether the total of the page confirms that there are no more records than were read
     */
    boolean showsList(RecordIdentity identity, BooleanSupplier confirmedByTotal) {
        if (isIgnored() || WITHOUT_LIST.contains(answer.status())) {
            return false;
        }
        return envelope.showsList()
                || (envelope.columns().isEmpty() ? confirmedByTotal.getAsBoolean() : identity.isIn(envelope.columns()));
    }

    /** A URL on this page: absolute, and at the host that gave the page, over https when that did, too. */
    String resolved(String link) {
        URI target;
        URI here = answer.resolve("/");
        try {
            target = answer.resolve(LenientUrl.repaired(link));
        } catch (InvalidDefinitionException e) {
            throw new PollingException(
                    Reason.UNEXPECTED_RESPONSE, "Page " + number + " has no acceptable URL of the next one", e);
        }
        boolean sameHost = Objects.equals(here.getHost(), target.getHost());
        if (sameHost && "https".equals(here.getScheme()) && "http".equals(target.getScheme()) && target.getPort() < 0) {
            // Behind a proxy many services don't know that they are asked by https.
            return here.resolve(target.getRawPath() + (target.getRawQuery() == null ? "" : "?" + target.getRawQuery()))
                    .toString();
        }
        if (!sameHost || here.getPort() != target.getPort() || !Objects.equals(here.getScheme(), target.getScheme())) {
            throw new PollingException(
                    Reason.FOREIGN_PAGE,
                    "Page " + number + " of " + here + " says that the next one is at " + target.getScheme() + "://"
                            + target.getRawAuthority() + ", where the credentials must not go");
        }
        return target.toString();
    }

    Headers headers() {
        return answer.headers();
    }

    Response answer() {
        return answer;
    }

    /** Of all its records. */
    Fingerprint content() {
        return content;
    }
}
