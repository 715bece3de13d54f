package io.httpconnector.spring.autoconfigure;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.oauth2.OAuth2Exception;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The endpoints of {@link OAuth2Controller} in a reactive application. Requests to the service block threads that may be blocked. */
@Controller
final class ReactiveOAuth2Controller {

    private final OAuth2Endpoints endpoints;

    ReactiveOAuth2Controller(OAuth2Endpoints endpoints) {
        this.endpoints = endpoints;
    }

    @GetMapping("${connectors.oauth2.base-path:/connectors}/{connection}/connect")
    Mono<ResponseEntity<Void>> connect(@PathVariable String connection, WebSession session) {
        return Mono.fromCallable(() -> endpoints.start(connection, session.getId()))
                .subscribeOn(Schedulers.boundedElastic())
                .map(page -> {
                    page.ifPresent(target -> session.getAttributes().put(OAuth2Endpoints.CONNECTION, connection));
                    return page.map(OAuth2Endpoints::redirect)
                            .orElseGet(() -> ResponseEntity.notFound().build());
                });
    }

    @GetMapping("${connectors.oauth2.base-path:/connectors}/callback")
    Mono<? extends ResponseEntity<?>> callback(ServerWebExchange exchange, WebSession session) {
        Object connection = session.getAttribute(OAuth2Endpoints.CONNECTION);
        if (connection == null) {
            return Mono.just(OAuth2Endpoints.notStarted());
        }
        return Mono.fromCallable(() -> endpoints.finish(
                        connection.toString(), exchange.getRequest().getURI().getRawQuery(), session.getId()))
                .subscribeOn(Schedulers.boundedElastic())
                .doOnSuccess(response -> session.getAttributes().remove(OAuth2Endpoints.CONNECTION));
    }

    /** The link is no longer valid, the user has refused, the service has failed, or the connection has no consent of a user. */
    @ExceptionHandler({OAuth2Exception.class, InvalidDefinitionException.class})
    ResponseEntity<String> invalid(ConnectorException failure) {
        return OAuth2Endpoints.problem(failure);
    }
}
