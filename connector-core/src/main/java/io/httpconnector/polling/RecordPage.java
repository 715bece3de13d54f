package io.httpconnector.polling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Response;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.polling.PollingException.Reason;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A page of a {@link PagedRequest}: its records, the values outside the records, and the head of the response. Immutable. */
public final class RecordPage {

    private final Page page;
    private final List<JsonNode> records;
    private final Response.JsonMapping mapping;

    RecordPage(Page page, List<JsonNode> records, Response.JsonMapping mapping) {
        this.page = page;
        this.records = List.copyOf(records);
        this.mapping = mapping;
    }

    /**
     * Returns the number of the page within the stream.
     *
     * @return 1 for the first page
     */
    public int number() {
        return page.number();
    }

    /**
     * Returns the records of the page, without those that the filters of the selector exclude.
     *
     * @return the records, possibly none
     */
    public List<JsonNode> records() {
        return records;
    }

    /**
     * Returns the records as objects of a class, deserialized by the {@link io.httpconnector.Response.JsonMapping} of the
     * connection.
     *
     * @param type the class, such as a record
     * @param <T> the type of the objects
     * @return the objects, deserialized one by one; the stream throws a {@link PollingException} with {@link
     *     PollingException.Reason#UNEXPECTED_RESPONSE} if a record does not match the class
     */
    public <T> Stream<T> records(Class<T> type) {
        return typed(Arguments.notNull(type, "type"), type.getSimpleName());
    }

    /**
     * Returns the records as objects of a generic type, as {@link #records(Class)} does.
     *
     * @param type the type
     * @param <T> the type of the objects
     * @return the objects
     */
    public <T> Stream<T> records(TypeReference<T> type) {
        Type generic = Arguments.notNull(type, "type").getType();
        return typed(generic, generic.getTypeName());
    }

    private <T> Stream<T> typed(Type type, String name) {
        return IntStream.range(0, records.size()).mapToObj(index -> convert(index, type, name));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // The public methods declare the type.
    private <T> T convert(int index, Type type, String name) {
        String problem = "it is null";
        try {
            Object value = mapping.read(JsonSupport.write(records.get(index)), type);
            if (value != null) {
                return (T) value;
            }
        } catch (JsonProcessingException e) {
            problem = JsonSupport.describe(e);
        } catch (IOException | RuntimeException e) {
            problem = String.valueOf(e.getMessage());
        }
        throw new PollingException(
                        Reason.UNEXPECTED_RESPONSE,
                        "Record " + (index + 1) + " is not " + name + ": "
                                + page.response().withoutSecrets(problem))
                .onPage(number(), page.response().exchange().url());
    }

    /**
     * Returns a value of the response outside the records, such as a total.
     *
     * @param pointer a JSON pointer (RFC 6901) from the root of the response
     * @return the value; a missing node if there is none
     * @throws InvalidDefinitionException if it is not a JSON pointer
     * @throws io.httpconnector.ConnectorException if it is not among the first 100,000 values, which are kept
     */
    public JsonNode at(String pointer) {
        return page.at(pointer);
    }

    /**
     * Returns the head of the response.
     *
     * @return status, header fields and exchange; its body has been read, and is empty
     */
    public Response response() {
        return page.response();
    }

    Page page() {
        return page;
    }

    /** Whether the response is no page, and therefore the end. */
    boolean isEnd(Pagination pagination) {
        return page.isIgnored() || pagination.isAfterLast(page);
    }

    /**
     * Describes the page.
     *
     * @return its number and the number of its records
     */
    @Override
    public String toString() {
        return "page " + number() + ", " + records.size() + " records";
    }
}
