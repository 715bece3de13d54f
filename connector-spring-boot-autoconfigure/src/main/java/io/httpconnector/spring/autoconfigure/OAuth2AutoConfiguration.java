package io.httpconnector.spring.autoconfigure;

import io.httpconnector.spring.Connectors;
import jakarta.servlet.http.HttpSession;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
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

    private static OAuth2Endpoints endpoints(Connectors connectors, ConnectorsProperties properties) {
        return new OAuth2Endpoints(connectors, properties.oauth2().successUrl());
    }

    /** The endpoints of a servlet application. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(HttpSession.class)
    static class ServletConfiguration {

        @Bean
        @ConditionalOnMissingBean
        OAuth2Controller connectorOAuth2Controller(Connectors connectors, ConnectorsProperties properties) {
            return new OAuth2Controller(endpoints(connectors, properties));
        }
    }

    /** The endpoints of a reactive application. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    @ConditionalOnClass(WebSession.class)
    static class ReactiveConfiguration {

        @Bean
        @ConditionalOnMissingBean
        ReactiveOAuth2Controller connectorOAuth2Controller(Connectors connectors, ConnectorsProperties properties) {
            return new ReactiveOAuth2Controller(endpoints(connectors, properties));
        }
    }
}
