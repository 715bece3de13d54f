package io.httpconnector.spring.autoconfigure;

import io.httpconnector.spring.Connectors;
import jakarta.servlet.http.HttpSession;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.stereotype.Controller;

/** The endpoints at which users authorize connections with OAuth 2, if {@code connectors.redirect-uri} is set. */
@AutoConfiguration(after = ConnectorsAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({Controller.class, HttpSession.class})
@ConditionalOnProperty("connectors.redirect-uri")
public class OAuth2AutoConfiguration {

    /** Creates the configuration; called by Spring. */
    public OAuth2AutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    OAuth2Controller connectorOAuth2Controller(Connectors connectors, ConnectorsProperties properties) {
        return new OAuth2Controller(connectors, properties);
    }
}
