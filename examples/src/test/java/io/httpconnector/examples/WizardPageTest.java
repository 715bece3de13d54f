package io.httpconnector.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.HttpConnection;
import io.httpconnector.template.Pills;
import io.httpconnector.wizard.SavedRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * Tests the wizard page in a real browser with keyboard and mouse. Stores a screenshot of each step. Requires chromium and
 * chromedriver: on Debian, the packages {@code chromium} and {@code chromium-driver}.
 */
class WizardPageTest {

    private static final Path BROWSER = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Path SCREENSHOTS = Path.of("target/screenshots");

    private ChromeDriver browser;
    private int step;

    private static ChromeDriver start() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(BROWSER.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--no-proxy-server",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run");
        return new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .usingAnyFreePort()
                        .build(),
                options);
    }

    private WebElement find(String css) {
        return browser.findElement(By.cssSelector(css));
    }

    private void await(String css, String text) {
        new WebDriverWait(browser, Duration.ofSeconds(20))
                .until(driver -> find(css).isDisplayed() && find(css).getText().contains(text));
    }

    private void screenshot(String name) throws IOException {
        Files.createDirectories(SCREENSHOTS);
        Files.write(SCREENSHOTS.resolve(++step + "-" + name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    }

    @Test
    void fromAUrlToASavedRequest(@TempDir Path directory) throws IOException {
        assumeTrue(
                Files.exists(BROWSER) && Files.exists(DRIVER),
                "chromium or chromedriver is not installed: apt-get install chromium chromium-driver");
        try (EventbriteStandIn eventbrite = new EventbriteStandIn();
                HttpConnection connection = WizardPage.connect(eventbrite);
                WizardPage page = new WizardPage(WizardPage.wizard(connection, directory), directory, 0)) {
            browser = start();
            try {
                walkThrough(page.url(), directory);
            } finally {
                browser.quit();
            }

            SavedRequest saved = SavedRequest.load(directory.resolve("create-venue.json"));
            JsonNode venue = saved.send(connection, Pills.of("account", Map.of("Name", "Hall", "BillingCity", "Rome")))
                    .json();
            assertThat(venue.at("/name").asText()).isEqualTo("Hall");
            assertThat(venue.at("/address/city").asText()).isEqualTo("Rome");
            assertThat(venue.at("/address/country").asText()).isEqualTo("US");
        }
    }

    private void walkThrough(String url, Path directory) throws IOException {
        browser.manage().window().setSize(new Dimension(1100, 1400));
        browser.get(url);

        // 1. Method and URL.
        find("#method").sendKeys("POST");
        find("#url").sendKeys("/v3/venues/" + Keys.ENTER);
        await("#known", "Create a venue");
        assertThat(find("#known").getText())
                .contains("100 %")
                .contains("same method, same path")
                .contains("OpenAPI \"Eventbrite API\" 3");
        screenshot("recommended");

        // 2. The recommendation has a country that the service rejects.
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);
        assertThat(find("#body").getDomProperty("value")).contains("\"country\": \"USA\"");
        find("#send").click();
        await("#status", "400");
        assertThat(find("#responseBody").getText()).contains("must be a two-letter country code");
        assertThat(find("#step3").isDisplayed()).isFalse();
        screenshot("refused");
        WebElement body = find("#body");
        String corrected = String.valueOf(body.getDomProperty("value")).replace("\"USA\"", "\"US\"");
        body.clear();
        body.sendKeys("{" + Keys.TAB + Keys.ENTER);
        await("#sendWrong", "/body/jsonText line 1");
        screenshot("no-json");
        body.clear();
        body.sendKeys(corrected);
        find("#send").click();
        await("#status", "200");
        screenshot("accepted");

        // 3. Pills, and the file.
        pill("/venue/name", "account.Name");
        pill("/venue/address/city", "account.BillingCity | trimm");
        find("#name").sendKeys("Create venue" + Keys.ENTER);
        await("#applyWrong", "unknown filter \"trimm\": did you mean \"trim\"?");
        screenshot("wrong-pill");
        pill("/venue/address/city", "account.BillingCity | trim");
        find("#apply").click();
        await("#text", "account.BillingCity | trim");
        assertThat(find("#file").getText()).isEqualTo("create-venue.json");
        assertThat(find("#outputs").getText()).contains("address.city (text)");
        assertThat(new ObjectMapper().readTree(find("#text").getText()))
                .isEqualTo(new ObjectMapper().readTree(Files.readString(directory.resolve("create-venue.json"))));
        screenshot("saved");
        assertThat(browser.manage().logs().get("browser").getAll())
                .noneMatch(entry -> !entry.getMessage().contains("favicon")
                        && !entry.getMessage().contains("400"));
    }

    private void pill(String pointer, String path) {
        find("button[data-pointer='" + pointer + "']").click();
        WebElement field = find("#path");
        field.clear();
        field.sendKeys(path + Keys.ENTER);
        // The tree is rendered again when the dialog closes.
        new WebDriverWait(browser, Duration.ofSeconds(10))
                .ignoring(StaleElementReferenceException.class)
                .until(driver ->
                        find("button[data-pointer='" + pointer + "']").getText().equals("{{" + path + "}}"));
    }
}
