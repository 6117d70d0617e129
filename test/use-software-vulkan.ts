/** Lets Dawn find a driver in every test process: a real one where there is one, else the software driver. */
import { useSoftwareVulkan } from "@bitale/software-vulkan";

useSoftwareVulkan();
