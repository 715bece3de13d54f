package io.httpconnector.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.AuthStrategy;
import io.httpconnector.FakeTime;
import io.httpconnector.GraphQlException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.graphql.GraphQlServer.Answer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that a mutation is repeated only if the service has refused the whole request. */
class GraphQlMutationTest {

    private static final String ONE = "mutation { createOrder(sku: 1) { id } }";
    private static final String TWO = "mutation { createOrder(sku: 1) { id } notify { id } }";

    private final GraphQlServer service = new GraphQlServer();
    private final AtomicInteger refreshes = new AtomicInteger();
    private final HttpConnection connection = HttpConnection.named("Service")
            .baseUrl(service.baseUrl())
            .timeSource(new FakeTime())
            .auth(new AuthStrategy() {
                @Override
                public Request apply(Request request) {
                    return request.header("Authorization", Secret.of("Bearer token-" + refreshes));
                }

                @Override
                public boolean refresh(Request rejected, Response response) {
                    refreshes.incrementAndGet();
                    return true;
                }
            })
            .build();

    @AfterEach
    void end() {
        connection.close();
        service.close();
    }

    private int requests(String document, int status, String first, boolean accepted, boolean ofPartialData) {
        service.behaviour = any -> service.requests.size() == 1
                ? Answer.status(status, first.replace('\'', '"'))
                : Answer.json("{\"data\": {\"createOrder\": {\"id\": 2}, \"notify\": {\"id\": 3}}}");
        GraphQl query = GraphQl.query("/graphql", document);
        boolean isAccepted;
        try {
            connection.send((ofPartialData ? query.acceptPartialData() : query).toRequest());
            isAccepted = true;
        } catch (GraphQlException e) {
            isAccepted = false;
        }
        assertThat(isAccepted).isEqualTo(accepted);
        return service.requests.size();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "200 | {'data': {'createOrder': {'id': 1}, 'notify': null}, 'errors': [{'message': 'x', 'path': ['notify'], 'extensions': {'code': 'THROTTLED'}}]}",
                "429 | {'data': {'createOrder': {'id': 1}, 'notify': null}, 'errors': [{'message': 'x', 'path': ['notify'], 'extensions': {'code': 'THROTTLED'}}]}",
                "200 | {'data': {'createOrder': {'id': 1}, 'notify': null}, 'errors': [{'message': 'x', 'path': ['notify'], 'extensions': {'code': 'UNAUTHENTICATED'}}]}",
                "401 | {'data': {'createOrder': {'id': 1}, 'notify': null}, 'errors': [{'message': 'x', 'path': ['notify'], 'extensions': {'code': 'UNAUTHENTICATED'}}]}",
                "200 | {'data': null, 'errors': [{'message': 'x', 'path': ['notify'], 'extensions': {'code': 'THROTTLED'}}]}",
                "200 | {'data': null, 'errors': [{'message': 'x', 'path': ['notify'], 'extensions': {'code': 'UNAUTHENTICATED'}}]}",
                "200 | {'data': {'createOrder': null, 'notify': null}, 'errors': [{'message': 'x', 'path': ['notify'], 'extensions': {'code': 'THROTTLED'}}]}",
                "200 | {'data': {'createOrder': null, 'notify': null}, 'errors': [{'message': 'x', 'path': ['createOrder', 'id'], 'extensions': {'code': 'THROTTLED'}}]}",
                "200 | {'data': {'createOrder': null, 'notify': null}, 'errors': [{'message': 'x', 'path': ['createOrder'], 'extensions': {'code': 'INTERNAL_SERVER_ERROR'}}, {'message': 'x', 'path': ['notify'], 'extensions': {'code': 'THROTTLED'}}]}",
            })
    void mutationThatMayHaveBeenExecutedIsNotRepeated(int status, String body) {
        assertThat(requests(TWO, status, body, false, false)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {"THROTTLED", "UNAUTHENTICATED"})
    void partialDataOfAMutationAreAcceptedAndNotRepeated(String code) {
        String body = "{'data': {'createOrder': {'id': 1}, 'notify': null}, 'errors': [{'message': 'x',"
                + " 'path': ['notify'], 'extensions': {'code': '" + code + "'}}]}";

        assertThat(requests(TWO, 200, body, true, true)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'errors': [{'message': 'x', 'extensions': {'code': 'THROTTLED'}}]}",
                "{'errors': [{'message': 'x', 'extensions': {'code': 'UNAUTHENTICATED'}}]}",
                "{'data': null, 'errors': [{'message': 'x', 'extensions': {'code': 'UNAUTHENTICATED'}}]}",
                "{'data': {'createOrder': null, 'notify': null}, 'errors': [{'message': 'x', 'path': ['createOrder'], 'extensions': {'code': 'UNAUTHENTICATED'}}, {'message': 'x', 'path': ['notify'], 'extensions': {'code': 'UNAUTHENTICATED'}}]}",
            })
    void refusedMutationIsRepeated(String body) {
        assertThat(requests(TWO, 200, body, true, false)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'data': null, 'errors': [{'message': 'x', 'path': ['createOrder'], 'extensions': {'code': 'UNAUTHENTICATED'}}]}",
                "{'data': {'createOrder': null}, 'errors': [{'message': 'x', 'path': ['createOrder'], 'extensions': {'code': 'THROTTLED'}}]}",
            })
    void mutationWhoseOnlyFieldIsRefusedIsRepeated(String body) {
        assertThat(requests(ONE, 200, body, true, false)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'data': null, 'errors': [{'message': 'x', 'path': ['o', 'id'], 'extensions': {'code': 'UNAUTHENTICATED'}}]}",
                "{'data': null, 'errors': [{'message': 'x', 'path': ['o'], 'extensions': {'code': 'FORBIDDEN'}}, {'message': 'x', 'path': ['o'], 'extensions': {'code': 'UNAUTHENTICATED'}}]}",
            })
    void mutationWhoseOnlyFieldHasStartedIsNotRepeated(String body) {
        assertThat(requests("mutation { o: createOrder { id } }", 200, body, false, false))
                .isEqualTo(1);
        assertThat(refreshes).hasValue(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {"THROTTLED", "UNAUTHENTICATED"})
    void queryWithPartialDataIsRepeated(String code) {
        String body = "{'data': {'a': 1, 'b': null}, 'errors': [{'message': 'x', 'path': ['b'], 'extensions':"
                + " {'code': '" + code + "'}}]}";

        assertThat(requests("{ a b }", 200, body, true, false)).isEqualTo(2);
    }
}
