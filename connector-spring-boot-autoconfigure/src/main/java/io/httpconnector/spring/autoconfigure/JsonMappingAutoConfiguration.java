package io.httpconnector.spring.autoconfigure;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.Response;
import io.httpconnector.jackson3.Jackson3Mapping;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import tools.jackson.databind.json.JsonMapper;

/** Maps JSON by the mapper of the application: that of Jackson 3 (Spring Boot 4), or else that of Jackson 2 (Spring Boot 3). */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration",
            "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
            "org.springframework.boot.jackson2.autoconfigure.Jackson2AutoConfiguration"
        })
public class JsonMappingAutoConfiguration {

    /** Creates the configuration; called by Spring. */
    public JsonMappingAutoConfiguration() {}

    /** The mapping by Jackson 3, if the module connector-jackson3 is present. */
    @Order(1)
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = {"tools.jackson.databind.json.JsonMapper", "io.httpconnector.jackson3.Jackson3Mapping"})
    static class Jackson3Configuration {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnSingleCandidate(JsonMapper.class)
        Response.JsonMapping connectorJackson3Mapping(JsonMapper mapper) {
            return Jackson3Mapping.of(mapper);
        }
    }

    /** The mapping by Jackson 2. */
    @Order(2)
    @Configuration(proxyBeanMethods = false)
    static class Jackson2Configuration {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnSingleCandidate(ObjectMapper.class)
        Response.JsonMapping connectorJackson2Mapping(ObjectMapper mapper) {
            return Response.JsonMapping.of(mapper);
        }
    }
}
