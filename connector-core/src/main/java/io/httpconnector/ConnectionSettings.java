package io.httpconnector;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.graphql.GraphQlDocument;
import io.httpconnector.internal.graphql.GraphQlMode;
import io.httpconnector.internal.graphql.GraphQlResponse;
import io.httpconnector.internal.http.BaseUrl;
import io.httpconnector.internal.http.NameValuePairs;
import io.httpconnector.internal.http.RecentSecrets;
import io.httpconnector.internal.http.Timeouts;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.transport.CallContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The validated settings of a connection, except those of the {@link Transport}. Immutable, except for the cookies.
 *
 * @param loginCookies the cookies that were set by responses with credentials; masked in all exchanges of the connection
 */
record ConnectionSettings(
        String name,
        BaseUrl baseUrl,
        AuthStrategy auth,
        NameValuePairs query,
        NameValuePairs headers,
        TestRequests tests,
        RetryPolicy retry,
        List<RateLimit.RouteLimit> rateLimits,
        List<ResponseRule> rules,
        List<ExchangeListener> listeners,
        List<InterceptorChain.Registration> interceptors,
        Duration totalTimeout,
        int maxConnections,
        int maxResponseBytes,
        TimeSource time,
        RecentSecrets loginCookies,
        boolean isForAuth) {

    /**
     * The requests of a connection test. Immutable.
     *
     * @param requests the requests that do not depend on values
     * @param created creates the requests from the values of the auth strategy; null if they do not depend on them
     */
    record TestRequests(List<Request> requests, @Nullable Function<Map<String, String>, List<Request>> created) {

        static final TestRequests NONE = new TestRequests(List.of(), null);

        boolean isEmpty() {
            return requests.isEmpty() && created == null;
        }

        /** Returns the requests with the current values. */
        List<Request> requests(Supplier<Map<String, String>> values) {
            return created == null ? requests : created.apply(values.get());
        }
    }

    /** Creates the context of a call, with the timeout of the request or else of the connection. */
    CallContext call(Request request) {
        Duration asked = request.timeout();
        return new CallContext(time, asked == null ? totalTimeout : asked);
    }

    /** Returns the context of a call with an upper limit for its timeout. */
    CallContext call(Request request, Duration max) {
        Duration asked = request.timeout();
        Duration usual = asked == null ? totalTimeout : asked;
        return new CallContext(time, Timeouts.check("max", max).compareTo(usual) < 0 ? max : usual);
    }

    /** Returns the settings for requests of the auth strategy, without the connection's defaults and response rules. */
    ConnectionSettings forAuth() {
        return new ConnectionSettings(
                name,
                baseUrl.forAuth(),
                AuthStrategy.none(),
                NameValuePairs.NONE,
                NameValuePairs.NONE,
                TestRequests.NONE,
                retry,
                List.of(),
                List.of(),
                listeners,
                List.of(),
                totalTimeout,
                maxConnections,
                maxResponseBytes,
                time,
                loginCookies,
                true);
    }

    /** Classifies responses by the rules of its request, by those of the connection or, if none matches, by status. */
    static final class ResponseClassifier {

        /** RFC 6750, section 3.1: the auth strategy parses the challenge, and may have credentials with more scopes. */
        private static final Pattern INSUFFICIENT_SCOPE =
                Pattern.compile("(?i)\\berror\\s*=\\s*\"?insufficient_(scope|user_authentication)\\b");

        private final List<ResponseRule> rules;

        ResponseClassifier(List<ResponseRule> rules) {
            this.rules = List.copyOf(rules);
        }

        /** Returns whether the body is needed to classify the response. */
        boolean dependOnBody(Response head) {
            for (ResponseRule rule : rulesFor(head)) {
                if (rule.matchesHead(head)) {
                    return rule.needsBody();
                }
            }
            return false;
        }

        /** Returns the response with its classification. */
        Response classify(Response response) {
            return response.isClassified() ? response : classify(response, true);
        }

        /** Returns the response, classified by its head alone because its body is not known. Conditions on the body do not match. */
        Response classifyHead(Response head) {
            return classify(head, false);
        }

        private Response classify(Response plain, boolean withBody) {
            Response response = withBody && plain.request().graphQl() != null && plain.graphQl() == null
                    ? plain.with(GraphQlResponse.of(plain.jsonLenient()))
                    : plain;
            for (ResponseRule rule : rulesFor(response)) {
                if (withBody ? rule.matches(response) : !rule.needsBody() && rule.matchesHead(response)) {
                    return response.classifiedBy(rule);
                }
            }
            ResponseRule.Action usual = byErrors(response);
            return withBody && usual == ResponseRule.Action.ACCEPT ? response : response.classifiedAs(usual);
        }

        /** The rules of the request, then those of the connection. */
        private List<ResponseRule> rulesFor(Response response) {
            List<ResponseRule> own = response.request().rules();
            if (own.isEmpty()) {
                return rules;
            }
            List<ResponseRule> all = new ArrayList<>(own);
            all.addAll(rules);
            return all;
        }

        /** Returns the meaning of a GraphQL response by its errors and data; that of any other response by its status. */
        private static ResponseRule.Action byErrors(Response response) {
            GraphQlResponse meaning = response.graphQl();
            Request request = response.request();
            if (meaning == null) {
                return byStatus(response);
            }
            boolean isSuccess = response.status() >= 200 && response.status() <= 299;
            boolean isPartial = request.graphQl() == GraphQlMode.PARTIAL && meaning.hasData();
            if (GraphQlMutations.isExecuted(response)) {
                // It is not repeated, whatever its status and errors. The credentials are renewed for later requests.
                ResponseRule.Action action = byStatus(response);
                return switch (meaning.meaning()) {
                    case UNAUTHENTICATED ->
                        isSuccess
                                ? (isPartial ? ResponseRule.Action.ACCEPT : ResponseRule.Action.REFRESH_AUTH)
                                : unrepeated(action);
                    case DATA -> unrepeated(action);
                    default -> isSuccess && !isPartial ? ResponseRule.Action.FAIL : unrepeated(action);
                };
            }
            return switch (meaning.meaning()) {
                case RATE_LIMITED -> ResponseRule.Action.RATE_LIMITED;
                case TEMPORARY -> {
                    if (isSuccess && isPartial) {
                        yield ResponseRule.Action.ACCEPT;
                    }
                    yield request.isRepeatable()
                            ? ResponseRule.Action.RETRY
                            : isSuccess ? ResponseRule.Action.FAIL : byStatus(response);
                }
                case UNAUTHENTICATED -> isSuccess ? ResponseRule.Action.REFRESH_AUTH : byStatus(response);
                case FAILED, MALFORMED -> isSuccess && !isPartial ? ResponseRule.Action.FAIL : byStatus(response);
                case DATA -> byStatus(response);
            };
        }

        private static ResponseRule.Action unrepeated(ResponseRule.Action action) {
            return action == ResponseRule.Action.RETRY || action == ResponseRule.Action.RATE_LIMITED
                    ? ResponseRule.Action.FAIL
                    : action;
        }

        private static ResponseRule.Action byStatus(Response response) {
            Request request = response.request();
            if (request.accepts(response.status())) {
                return ResponseRule.Action.ACCEPT;
            }
            return switch (response.status()) {
                case 401 -> ResponseRule.Action.REFRESH_AUTH;
                case 403 ->
                    response.headers().all("WWW-Authenticate").stream()
                                    .anyMatch(line ->
                                            INSUFFICIENT_SCOPE.matcher(line).find())
                            ? ResponseRule.Action.REFRESH_AUTH
                            : ResponseRule.Action.FAIL;
                case 429 -> ResponseRule.Action.RATE_LIMITED;
                case 408, 425 -> ResponseRule.Action.RETRY;
                case 502, 504 -> request.isRepeatable() ? ResponseRule.Action.RETRY : ResponseRule.Action.FAIL;
                case 503 ->
                    request.isRepeatable()
                                    || response.headers().first("Retry-After").isPresent()
                            ? ResponseRule.Action.RETRY
                            : ResponseRule.Action.FAIL;
                default -> ResponseRule.Action.FAIL;
            };
        }
    }

    /** Finds GraphQL mutations that the service may have executed, also in part, so that they must not be sent again. */
    static final class GraphQlMutations {

        private GraphQlMutations() {}

        /** Returns whether the request of a classified GraphQL response is no query, and may have been executed. */
        static boolean isExecuted(Response response) {
            GraphQlResponse meaning = response.graphQl();
            if (meaning == null || response.request().isRepeatable()) {
                return false;
            }
            return switch (meaning.execution()) {
                case NONE -> false;
                // It is the only one: then there is no field that was executed before.
                case ONE_FIELD_REFUSED -> !hasOneField(response.request().content());
                case STARTED -> true;
            };
        }

        private static boolean hasOneField(@Nullable Body body) {
            if (body == null || !body.shown().isInMemory()) {
                return false;
            }
            JsonNode request = JsonSupport.readLenient(new String(body.shown().content(), StandardCharsets.UTF_8));
            JsonNode name = request.path("operationName");
            return GraphQlDocument.parse(request.path("query").asText(), new ArrayList<>())
                    .hasOneField(name.isTextual() ? name.asText() : null);
        }
    }
}
