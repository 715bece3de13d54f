package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The requests of the connection test of a definition. Immutable. */
record TestRequests(List<Defined> requests) {

    /**
     * A request.
     *
     * @param statuses the statuses that are accepted in addition to 2xx
     */
    record Defined(DefinedRequest request, List<Integer> statuses) {}

    /** Reads {@code test}: a URL for a GET request, a request, or an array of both. */
    static TestRequests read(Members members) {
        JsonObjectReader reader = members.reader();
        // "test": The request of the connection test: a URL for GET, a request, or a list of requests, of which the
        // first one that the service accepts proves the connection.
        JsonNode given = reader.any("test");
        if (given == null) {
            return new TestRequests(List.of());
        }
        if (given.isTextual()) {
            UrlText url = UrlText.read(members, "test", DefinedRequest::problemOfUrl);
            return new TestRequests(url == null ? List.of() : List.of(get(url)));
        }
        if (given.isObject()) {
            Defined one = reader.object("test", object -> defined(members.of(object)));
            return new TestRequests(one == null ? List.of() : List.of(one));
        }
        reader.requireElement("test");
        List<Defined> all = new ArrayList<>(reader.objects("test", object -> defined(members.of(object))));
        return new TestRequests(List.copyOf(all));
    }

    private static Defined get(UrlText url) {
        return new Defined(DefinedRequest.get(url), List.of());
    }

    private static Defined defined(Members members) {
        DefinedRequest request = DefinedRequest.read(members, "", "GET");
        // "accept": Statuses that are accepted besides 2xx.
        List<Integer> statuses = members.reader().integers("accept");
        members.reader().requireElement("accept");
        for (int status : statuses) {
            if (status < 100 || status > 599) {
                throw new InvalidDefinitionException("status", List.of("/accept: " + status + " is not a status"));
            }
        }
        return new Defined(request, statuses);
    }

    /** Returns whether a request uses one of the fields. */
    boolean use(Set<String> fields) {
        return requests.stream().anyMatch(test -> test.request.uses(fields));
    }

    List<Request> create(FieldValues values) {
        return requests.stream()
                .map(test -> {
                    Request request = test.request.create(values);
                    return test.statuses.isEmpty()
                            ? request
                            : request.acceptStatus(test.statuses.stream()
                                    .mapToInt(Integer::intValue)
                                    .toArray());
                })
                .toList();
    }
}
