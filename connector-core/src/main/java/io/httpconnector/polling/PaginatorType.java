package io.httpconnector.polling;

import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.function.Consumer;

/** The description of a {@link Paginator}: its members in a definition, and the responses by which it is detected. */
interface PaginatorType {

    /** The member of a definition that selects the paginator, such as {@code offset}; also the name of its factory. */
    String member();

    /** Further members, which need the first one. */
    default List<String> options() {
        return List.of();
    }

    /** Reads the members and passes the paginator on, unless its member is missing or invalid. */
    void read(JsonObjectReader reader, Consumer<Paginator> found);

    /** The paginators of this type that may apply to a service, by its first response; most likely first. */
    default List<PaginationCandidate> detect(FirstResponse response) {
        return List.of();
    }
}
