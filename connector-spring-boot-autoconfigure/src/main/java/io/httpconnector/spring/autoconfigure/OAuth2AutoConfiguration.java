package io.httpconnector.spring.autoconfigure;

import io.httpconnector.definition.configuration.WebhookPaths;
import io.httpconnector.spring.Connectors;
import jakarta.servlet.http.HttpSession;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Controller;
import org.springframework.web.server.WebSession;

/** The endpoints at which users authorize connections with OAuth 2, if {@code connectors.redirect-uri} is set. */
@AutoConfiguration(after = ConnectorsAutoConfiguration.class)
@ConditionalOnWebApplication
@ConditionalOnClass(Controller.class)
@ConditionalOnProperty("connectors.redirect-uri")
public class OAuth2AutoConfiguration {

    /** Creates the configuration; called by Spring. */
    public OAuth2AutoConfiguration() {}

    /**
     * Creates the endpoints.
     *
     * @param applicationPath the path of the application, such as {@code /shop}; empty for the root
     */
    private static OAuth2Endpoints endpoints(
            Connectors connectors, ConnectorsProperties properties, String applicationPath) {
        String url = properties.oauth2().successUrl();
        String path = WebhookPaths.withoutSlash(applicationPath);
        boolean isOutside =
                url.startsWith("/") && !url.startsWith("//") && !url.equals(path) && !url.startsWith(path + "/");
        return new OAuth2Endpoints(connectors, isOutside ? path + url : url);
    }

    /** The endpoints of a servlet application. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(HttpSession.class)
    static class ServletConfiguration {

        @Bean
        @ConditionalOnMissingBean
        OAuth2Controller connectorOAuth2Controller(
                Connectors connectors, ConnectorsProperties properties, Environment environment) {
            String path = environment.getProperty("server.servlet.context-path", "");
            return new OAuth2Controller(endpoints(connectors, properties, path));
        }
    }

    /** The endpoints of a reactive application. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    @ConditionalOnClass(WebSession.class)
    static class ReactiveConfiguration {

        @Bean
        @ConditionalOnMissingBean
        ReactiveOAuth2Controller connectorOAuth2Controller(
                Connectors connectors, ConnectorsProperties properties, Environment environment) {
            String path = environment.getProperty("spring.webflux.base-path", "");
            return new ReactiveOAuth2Controller(endpoints(connectors, properties, path));
        }
    }
}
